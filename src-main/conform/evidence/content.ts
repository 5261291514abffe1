import type { State } from '@shared/state/arena';
import { fragments } from '@shared/state/content-tables';
import type { Row } from '@shared/state/dictionary';
import { files, holders, hosts, processes, mappings } from '@shared/state/tables';
import { PAGE_BYTES } from '@shared/units/pages';
import type { Evidence } from './evidence';

/** Zeroed memory, as observations print it. */
const ZERO = '0';

/** Byte at an offset of a frame in the state after `position` steps, as whoever filled or wrote it named it. */
export function byteOfFrame(evidence: Evidence, pfn: number, offset: number, position: number): string {
  return byteOfTag(evidence, contentAt(evidence.at(position), evidence.run.host, pfn, offset));
}

/** Symbolic content of one byte of a frame: that of its page, unless somebody wrote just a part of it. */
export function contentAt(state: State, host: Row, pfn: number, offset: number): number {
  const part = fragments.$.rows(state).find(row => {
    const first = fragments.pfnFirst.in(state, row);
    return pfn >= first && pfn < first + fragments.pageCount.in(state, row) && offset >= fragments.firstByte.in(state, row) && offset < fragments.endByte.in(state, row);
  });
  return part === undefined ? hosts.content.in(state, host, pfn) : fragments.tag.in(state, part);
}

/** Byte that stands for a content: zero, what a file was filled with, or what an operation wrote. */
function byteOfTag({ run, scene }: Evidence, tag: number): string {
  if (tag === 0) return ZERO;
  if (tag < 0) return scene.bytes.inFile(run.files[-tag - 1]?.name ?? '') ?? ZERO;
  return scene.bytes.byStep(run.operations[tag - 1]?.name ?? '') ?? UNKNOWN;
}

/** Written by something that no clause gave a byte. */
const UNKNOWN = '?';

/** Byte of a file by read(2): "eof" beyond its end, "no-file" once it has no name. */
export function byteOfFile(evidence: Evidence, name: string, at: number, position: number): string {
  const file = evidence.fileRow(name);
  const state = evidence.at(position);
  if (files.links.in(state, file) === 0) return 'no-file';
  if (at >= files.size.in(state, file)) return 'eof';
  const index = Math.floor(at / PAGE_BYTES);
  const frame = frameOfFile(state, file, index);
  if (frame !== null) return byteOfFrame(evidence, frame, at % PAGE_BYTES, position);
  return files.dax.in(state, file) === 1 ? ZERO : byteOfTag(evidence, files.medium.in(state, file, index));
}

/** Frame with the content of a page of a file: its cached page, or its block; null where it has neither, or nobody wrote. */
function frameOfFile(state: State, file: Row, index: number): number | null {
  if (files.cached.in(state, file, index) === 1) return index + files.cacheDelta.in(state, file, index);
  if (files.dax.in(state, file) === 0) return null;
  return files.kind.in(state, file, index) === WRITTEN ? index + files.blockDelta.in(state, file, index) : null;
}

const WRITTEN = files.kind.valueOf('written');

/** Byte that a load at an offset of a mapping gives. */
export function byteOfMapping(evidence: Evidence, mapping: string, at: number, position: number, process?: Row): string | null {
  const row = evidence.mappingRow(mapping);
  const state = evidence.at(position);
  const vpn = mappings.vpnFirst.in(state, row) + Math.floor(at / PAGE_BYTES);
  const space = process ?? mappings.process.in(state, row);
  const entry = processes.pte.spec.names![processes.pte.in(state, space, vpn)];
  if (entry === 'none') return null;
  return entry === 'zero page' ? ZERO : byteOfFrame(evidence, vpn + processes.pfnDelta.in(state, space, vpn), at % PAGE_BYTES, position);
}

/** First frame that the holds of a step keep in the state after `position` steps; null if they keep none. */
export function heldFrame(evidence: Evidence, op: Row, position: number): number | null {
  const state = evidence.at(position);
  const held = holders.$.rows(state).filter(row => holders.op.in(state, row) === op && holders.how.in(state, row) !== 0);
  const first = held.sort((a, b) => holders.piece.in(state, a) - holders.piece.in(state, b))[0];
  return first === undefined ? null : holders.pfnFirst.in(state, first);
}
