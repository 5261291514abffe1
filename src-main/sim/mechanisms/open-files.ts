import { arena } from '@shared/state/arena';
import type { Row } from '@shared/state/dictionary';
import { files, mappings, processes } from '@shared/state/tables';
import { descriptors, openFiles } from '@shared/state/vfs-tables';
import { every } from '../engine/place';

/** What {@link isKept} reads. */
export const KEPT_READS = every(openFiles.file, openFiles.opening, descriptors.open, mappings.open, mappings.pageCount);
/** What {@link isInUse} reads. */
export const IN_USE_READS = every(openFiles.file, mappings.open, mappings.file, mappings.pageCount);
/** What {@link writersOf} and {@link readersOf} read. */
export const OPEN_READS = [...IN_USE_READS, ...every(openFiles.reads, openFiles.writes, openFiles.path, mappings.shared, mappings.writable)];
/** What {@link describe} writes. */
export const OPEN_TERMS = every(openFiles.file, openFiles.reads, openFiles.writes, openFiles.path, openFiles.nonblock, openFiles.opening);

const READ = 4;
const WRITE = 2;

/** What a call asks of the file that it opens. */
export interface Access {
  readonly reads: boolean;
  readonly writes: boolean;
  readonly path: boolean;
}

/** Makes `open` an open file description of `file`, kept by the call that is under way. */
export function describe(open: Row, file: Row, access: Access): void {
  openFiles.file.set(open, file);
  openFiles.reads.set(open, access.reads ? 1 : 0);
  openFiles.writes.set(open, access.writes ? 1 : 0);
  openFiles.path.set(open, access.path ? 1 : 0);
  openFiles.opening.set(open, 1);
}

/** Takes an open file description away. */
export function forget(open: Row): void {
  for (const column of [openFiles.file, openFiles.reads, openFiles.writes, openFiles.path, openFiles.nonblock, openFiles.opening]) column.set(open, 0);
}

/** Whether a call, a descriptor or a mapping keeps the open file description (f_count). */
export const isKept = (open: Row): boolean =>
  openFiles.opening.get(open) === 1
  || descriptors.$.rows(arena).some(descriptor => descriptors.open.get(descriptor) === open)
  || mappings.$.rows(arena).some(mapping => mappings.open.get(mapping) === open && mappings.pageCount.get(mapping) > 0);

/** Mappings that keep a file open by themselves: their description was opened for them alone. */
const loneMappings = (file: Row): readonly Row[] =>
  mappings.$.rows(arena).filter(mapping => mappings.file.get(mapping) === file && mappings.open.get(mapping) === 0 && mappings.pageCount.get(mapping) > 0);

const opensOf = (file: Row): readonly Row[] => openFiles.$.rows(arena).filter(open => openFiles.file.get(open) === file);
const isWriter = (mapping: Row): boolean => mappings.shared.get(mapping) === 1 && mappings.writable.get(mapping) === 1;

/** i_writecount: who has write access. A writable shared mapping has it as long as it lives (include/linux/fs.h get_write_access()). */
export const writersOf = (file: Row): number =>
  opensOf(file).filter(open => openFiles.writes.get(open) === 1).length + loneMappings(file).filter(isWriter).length;

/** i_readcount: open file descriptions that may read and not write. */
export const readersOf = (file: Row): number =>
  opensOf(file).filter(open => openFiles.reads.get(open) === 1 && openFiles.writes.get(open) === 0).length + loneMappings(file).filter(mapping => !isWriter(mapping)).length;

/** Whether anything but its name leads to the file. */
export const isInUse = (file: Row): boolean => opensOf(file).length > 0 || loneMappings(file).length > 0;

/** inode_permission(): whether the process may read and write the file. CAP_DAC_OVERRIDE may all. */
export function mayAccess(process: Row, file: Row, reads: boolean, writes: boolean): boolean {
  if (processes.capable.get(process) === 1) return true;
  const bits = isOwner(process, file) ? files.mode.get(file) >> 6 : files.mode.get(file);
  return (!reads || (bits & READ) !== 0) && (!writes || (bits & WRITE) !== 0);
}

export const isOwner = (process: Row, file: Row): boolean => processes.uid.get(process) === files.uid.get(file);

/** fork(2): the child has the same descriptors, of the same open file descriptions. */
export function copyDescriptors(parent: Row, child: Row): void {
  for (const descriptor of descriptors.$.rows(arena)) {
    if (descriptors.process.get(descriptor) !== parent || descriptors.open.get(descriptor) === 0) continue;
    descriptors.open.set(descriptors.$.row(child, descriptors.nth.get(descriptor)), descriptors.open.get(descriptor));
  }
}
