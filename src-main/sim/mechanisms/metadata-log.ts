import type { Row } from '@shared/state/dictionary';
import type { PageField } from '@shared/state/table';
import { files, filesystems } from '@shared/state/tables';
import { every } from '../engine/place';

/** What {@link logChange} writes. */
export const LOG_CHANGE_TERMS = every(files.metaDirty, filesystems.logDirty);
/** What {@link makeDurable} reads and writes. */
export const DURABLE_READS = every(files.size, files.kind, files.blockDelta);
export const DURABLE_TERMS = every(files.metaDirty, files.durableSize, files.durableKind, files.durableDelta);

/** A transaction has changed the size or layout of a file: the log has to write it to the medium. */
export function logChange(file: Row): void {
  files.metaDirty.set(file, 1);
  filesystems.logDirty.set(files.fs.get(file), 1);
}

/** What the file is now is what a replay of the log will find. */
export function makeDurable(file: Row): void {
  files.metaDirty.set(file, 0);
  files.durableSize.set(file, files.size.get(file));
  copyField(file, files.kind, files.durableKind);
  copyField(file, files.blockDelta, files.durableDelta);
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
