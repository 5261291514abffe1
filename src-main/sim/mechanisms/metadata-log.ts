import type { Row } from '@shared/state/dictionary';
import type { PageField } from '@shared/state/table';
import { files, filesystems } from '@shared/state/tables';
import { every } from '../engine/place';
import { writtenSize, WRITTEN_READS } from './written-size';

/** What {@link logChange} and {@link logQuietly} write. */
export const LOG_CHANGE_TERMS = every(files.metaDirty, filesystems.logDirty);
/** What {@link makeDurable} reads and writes. */
export const DURABLE_READS = [...WRITTEN_READS, ...every(files.size, files.kind, files.blockDelta, files.medium, files.links, files.mode, files.xflag)];
export const DURABLE_TERMS = every(files.metaDirty, files.durableSize, files.durableLinks, files.durableMode, files.durableXflag, files.durableKind, files.durableDelta, files.durableMedium);

/** A transaction has changed the size or layout of a file: the log has to write it to the medium. */
export function logChange(file: Row): void {
  files.metaDirty.set(file, 1);
  filesystems.logDirty.set(files.fs.get(file), 1);
}

/** The same for names, attributes and files that are page cache: only a power failure shows whether they are logged. */
export function logQuietly(file: Row): void {
  if (filesystems.mayLosePower.get(files.fs.get(file)) === 1) logChange(file);
}

const ATTRIBUTES = [[files.links, files.durableLinks], [files.mode, files.durableMode], [files.xflag, files.durableXflag]] as const;
const FIELDS = [[files.kind, files.durableKind], [files.blockDelta, files.durableDelta], [files.medium, files.durableMedium]] as const;

/** What the file is now is what a replay of the log will find. */
export function makeDurable(file: Row): void {
  files.metaDirty.set(file, 0);
  files.durableSize.set(file, writtenSize(file));
  for (const [now, durable] of ATTRIBUTES) durable.set(file, now.get(file));
  for (const [now, durable] of FIELDS) copyField(file, now, durable);
}

/** A replay of the log: the file is what the log has of it. */
export function replayFile(file: Row): void {
  files.metaDirty.set(file, 0);
  files.size.set(file, files.durableSize.get(file));
  for (const [now, durable] of ATTRIBUTES) now.set(file, durable.get(file));
  for (const [now, durable] of FIELDS) copyField(file, durable, now);
}

/** Makes a field of a file what another one is, run by run. Behind the last boundary both are 0. */
export function copyField(file: Row, from: PageField, to: PageField): void {
  for (let index = 0, next = 0; ; index = next) {
    next = Math.min(from.runEnd(file, index), to.runEnd(file, index));
    if (!Number.isFinite(next)) return;
    if (from.at(file, index) !== to.at(file, index)) to.assign(file, index, next - index, from.at(file, index));
  }
}

/** Whether a crash now would lose where these pages lie (IOMAP_F_DIRTY). */
export function isLayoutDirty(file: Row, first: number, end: number): boolean {
  for (let index = first; index < end;) {
    if (files.kind.at(file, index) !== files.durableKind.at(file, index) || files.blockDelta.at(file, index) !== files.durableDelta.at(file, index)) return true;
    index = Math.min(files.kind.runEnd(file, index), files.durableKind.runEnd(file, index), files.blockDelta.runEnd(file, index), files.durableDelta.runEnd(file, index));
  }
  return false;
}
