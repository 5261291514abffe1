import { files } from '@shared/state/tables';
import { PAGE_BYTES } from '@shared/units/pages';
import { NotModelled } from '../translation/not-modelled';
import { nameOf } from '../translation/draft';
import { byteOfFile, byteOfMapping } from './content';
import type { Evidence } from './evidence';
import type { Facts } from './fact';

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

/** Bytes that a load of the action found, one for each of its pages. */
function loaded(evidence: Evidence, which: 0 | -1): readonly string[] {
  const load = evidence.scene.loads.filter(({ step }) => (evidence.startOf(step) ?? -1) >= evidence.before).at(which);
  if (load === undefined) throw new NotModelled('a load of the action');
  const position = evidence.returnOf(load.step) ?? evidence.end;
  return load.pages.map(page => byteOfMapping(evidence, load.mapping, page * PAGE_BYTES + load.offset, position) ?? 'unmapped');
}

const zeros = (evidence: Evidence): number => loaded(evidence, 0).filter(byte => byte === '0').length;
const newBytes = (evidence: Evidence): number => loaded(evidence, -1).filter(byte => byte !== '0').length;

/** Blocks of 512 bytes that lie behind a file. */
function blocks(evidence: Evidence, position: number): number {
  const name = evidence.scene.file?.name ?? '';
  const state = evidence.at(position);
  const file = evidence.fileRow(name);
  let pages = 0;
  const has = evidence.scene.file?.fs === 'tmpfs' ? (index: number): boolean => files.cached.in(state, file, index) === 1 : (index: number): boolean => files.kind.in(state, file, index) !== HOLE;
  for (let index = 0; index < files.size.in(state, file) / PAGE_BYTES; index++) if (has(index)) pages++;
  return (pages * PAGE_BYTES) / 512;
}

const HOLE = files.kind.valueOf('hole');

/** Stores and loads through mappings, and what of them reached the file. */
export const storeFacts: Facts = {
  lost_bytes_in_mapping: evidence => lost(evidence, (page, offset) => byteOfMapping(evidence, racedPages(evidence).mapping, page * PAGE_BYTES + offset, evidence.end)),
  lost_bytes_in_file: evidence => lost(evidence, (page, offset) => byteOfFile(evidence, evidence.scene.file?.name ?? '', page * PAGE_BYTES + offset, evidence.end)),
  nonzero_junk: junk,
  zero_reads: zeros,
  stores_seen_through_X: newBytes,
  blocks_after_reads: evidence => blocks(evidence, evidence.returned),
  blocks_after_32_stores: evidence => blocks(evidence, evidence.end),
  byte_after_shrink: evidence => loaded(evidence, 0)[0],
  byte_after_grow: evidence => loaded(evidence, -1)[0],
  mapping_sees: evidence => (newBytes(evidence) === 0 ? 'stale zero' : 'new byte'),
};
