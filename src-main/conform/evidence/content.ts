import type { State } from '@shared/state/arena';
import type { Row } from '@shared/state/dictionary';
import { files, holders, hosts, processes, mappings } from '@shared/state/tables';
import { PAGE_BYTES } from '@shared/units/pages';
import type { Written } from '../translation/bytes';
import type { Evidence } from './evidence';

/** Zeroed memory, as observations print it. */
const ZERO = '0';

/** Byte at an offset of a frame in the state after `position` steps, as whoever filled or wrote it named it. */
export function byteOfFrame(evidence: Evidence, pfn: number, offset: number, position: number): string {
  const tag = hosts.content.in(evidence.at(position), evidence.run.host, pfn);
  const written = writtenBy(evidence, tag);
  if (written === null) return byteOfTag(evidence, tag) ?? UNKNOWN;
  if (offset >= written.from && offset < written.to) return written.byte;
  // The rest of the page is as it was before that write; a copy has it from the frame that was written.
  const landing = landingOf(evidence, tag, pfn, position);
  return landing === null ? ZERO : byteOfFrame(evidence, landing.pfn, offset, landing.position);
}

/** What an operation wrote, by the tag of its content. */
function writtenBy(evidence: Evidence, tag: number): Written | null {
  const writer = tag > 0 ? evidence.run.operations[tag - 1] : undefined;
  return writer === undefined ? null : evidence.scene.bytes.byStep(writer.name);
}

/** Byte of a whole page of one content; null if nothing says. */
function byteOfTag(evidence: Evidence, tag: number): string | null {
  if (tag === 0) return ZERO;
  if (tag < 0) return evidence.scene.bytes.inFile(evidence.run.files[-tag - 1]?.name ?? '') ?? ZERO;
  return writtenBy(evidence, tag)?.byte ?? null;
}

/** Written by something that no clause gave a byte. */
const UNKNOWN = '?';

/** Where content of a tag was last written into a frame, or into the one it was copied from. */
function landingOf(evidence: Evidence, tag: number, pfn: number, position: number): { readonly pfn: number; readonly position: number } | null {
  let last: { readonly pfn: number; readonly position: number } | null = null;
  for (const { kind, args, step } of evidence.finished.trace.events(0, position)) {
    if (kind === 'store-landed' && args[3] === tag && (last === null || args[2] === pfn)) last = { pfn: args[2]!, position: step };
    if (kind === 'dma-write-landed' && args[3] === tag && (last === null || args[1] === pfn)) last = { pfn: args[1]!, position: step };
    if (kind === 'file-written' && args[3] === tag) last = { pfn, position: step };
  }
  return last;
}

/** Byte of a file by read(2): "eof" beyond its end, "no-file" once it has no name. */
export function byteOfFile(evidence: Evidence, name: string, at: number, position: number): string {
  const file = evidence.fileRow(name);
  const state = evidence.at(position);
  if (files.links.in(state, file) === 0) return 'no-file';
  if (at >= files.size.in(state, file)) return 'eof';
  const index = Math.floor(at / PAGE_BYTES);
  const frame = frameOfFile(state, file, index);
  if (frame !== null) return byteOfFrame(evidence, frame, at % PAGE_BYTES, position);
  return files.dax.in(state, file) === 1 ? ZERO : byteOfTag(evidence, files.medium.in(state, file, index)) ?? ZERO;
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
