import type { Row } from '@shared/state/dictionary';
import { files } from '@shared/state/tables';
import { PAGE_BYTES } from '@shared/units/pages';
import { NotModelled } from '../translation/not-modelled';
import { nameOf } from '../translation/draft';
import { byteOfFile, byteOfMapping, byteOfTag } from './content';
import type { Evidence } from './evidence';
import type { Fact, Facts } from './fact';

/** Every page of the mapping that threads stored into at once, by what a look at each of their bytes finds. */
function racedPages(evidence: Evidence): { readonly mapping: string; readonly pages: number; readonly threads: readonly string[] } {
  const { mapping, racers, bytes } = evidence.scene;
  if (mapping === undefined || racers.length === 0) throw new NotModelled('stores that race');
  return { mapping: mapping.name, pages: mapping.bytes / PAGE_BYTES, threads: racers.map(step => bytes.byStep(nameOf(step)) ?? '') };
}

/** Pages whose byte of some thread is not what that thread stored. */
function lost(evidence: Evidence, byteAt: (page: number, offset: number) => string | null): number {
  const { pages, threads } = racedPages(evidence);
  let count = 0;
  for (let page = 0; page < pages; page++) count += threads.filter((byte, offset) => byteAt(page, offset) !== byte).length;
  return count;
}

/** Bytes beside those of the threads that are not zero. */
function junk(evidence: Evidence): number {
  const { mapping, pages, threads } = racedPages(evidence);
  let count = 0;
  for (let page = 0; page < pages; page++) if (!['0', null].includes(byteOfMapping(evidence, mapping, page * PAGE_BYTES + threads.length, evidence.end))) count++;
  return count;
}

/** Loads of the observed range that gave zero: the last bytes that each page showed when they were done. */
const loads = (which: 'first' | 'last', wanted: (tag: number) => boolean): Fact => evidence => {
  const words = evidence.run.operations.filter(({ word }) => word === 'load').map(({ row }) => row);
  const row: Row | undefined = which === 'first' ? evidence.rowOf(evidence.scene.observed[0]!) : words.at(-1);
  if (row === undefined) throw new NotModelled('loads');
  return evidence.loadedBy(row).filter(wanted).length;
};

/** Byte that the n-th load of the action gave. */
const loadedByte = (nth: number): Fact => evidence => {
  const acting = evidence.run.operations.filter(({ word, row }) => word === 'load' && (evidence.startOfRow(row) ?? 0) >= evidence.before);
  const load = acting.at(nth);
  const tag = load === undefined ? undefined : evidence.loadedBy(load.row)[0];
  if (tag === undefined) throw new NotModelled('a load of the action');
  return byteOfTag(evidence, tag);
};

/** Blocks of 512 bytes that lie behind a file. */
function blocks(evidence: Evidence, position: number): number {
  const name = evidence.scene.file?.name ?? '';
  const state = evidence.at(position);
  const file = evidence.fileRow(name);
  let pages = 0;
  for (let index = 0; index < files.size.in(state, file) / PAGE_BYTES; index++) if (files.kind.in(state, file, index) !== HOLE || files.cached.in(state, file, index) === 1) pages++;
  return (pages * PAGE_BYTES) / 512;
}

const HOLE = files.kind.valueOf('hole');

/** Stores and loads through mappings, and what of them reached the file. */
export const storeFacts: Facts = {
  lost_bytes_in_mapping: evidence => lost(evidence, (page, offset) => byteOfMapping(evidence, racedPages(evidence).mapping, page * PAGE_BYTES + offset, evidence.end)),
  lost_bytes_in_file: evidence => lost(evidence, (page, offset) => byteOfFile(evidence, evidence.scene.file?.name ?? '', page * PAGE_BYTES + offset, evidence.end)),
  nonzero_junk: junk,
  zero_reads: loads('first', tag => tag === 0),
  stores_seen_through_X: loads('last', tag => tag !== 0),
  blocks_after_reads: evidence => blocks(evidence, evidence.returned),
  blocks_after_32_stores: evidence => blocks(evidence, evidence.end),
  byte_after_shrink: loadedByte(0),
  byte_after_grow: loadedByte(-1),
  mapping_sees: evidence => (loads('last', tag => tag !== 0)(evidence) === 0 ? 'stale zero' : 'new byte'),
};
