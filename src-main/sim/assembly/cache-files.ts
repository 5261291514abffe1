import type { LabFile, LabNode } from '@shared/lab/lab';
import type { Row } from '@shared/state/dictionary';
import { drives, files, filesystems } from '@shared/state/tables';
import { PAGE_BYTES } from '@shared/units/pages';
import { addToCache, cacheOrderOf, fillPages, hasPageContent } from '../mechanisms/page-cache';
import { initialTag } from './initial-tag';
import { choiceOf } from './parameter-values';

/** Numbers of file systems on drives begin behind those of memory devices. */
const DRIVE_FS_FIRST = 500;

/** The file system of the n-th drive; 0 if it has none. */
export function driveFilesystem(nth: number, node: LabNode, host: Row): Row {
  if (node.files === undefined || choiceOf(node, 'fs') === 'none') return 0;
  const row = filesystems.$.row(DRIVE_FS_FIRST + nth);
  filesystems.type.set(row, filesystems.type.valueOf(choiceOf(node, 'fs')));
  filesystems.host.set(row, host);
  filesystems.drive.set(row, drives.$.row(nth));
  return row;
}

const pagesOf = (file: Row): number => Math.ceil(files.size.get(file) / PAGE_BYTES);

/** Puts the whole file into the page cache with its first content; false where memory does not suffice. */
function cacheAll(file: Row): boolean {
  const pages = pagesOf(file);
  for (let index = 0; index < pages;) {
    const added = addToCache(file, index, pages - index, cacheOrderOf(file, index, pages - index));
    if (added === 0) return false;
    fillPages(file, index, Math.min(added, pages - index));
    index += added;
  }
  return true;
}

/** A file in host memory is its page cache. What is only mapped begins empty unless the lab says otherwise. */
export function fillMemoryFile(file: Row, { layout }: LabFile): boolean {
  const begins = layout ?? (hasPageContent(file) ? 'written' : 'hole');
  if (begins === 'hole' || pagesOf(file) === 0) return true;
  if (begins === 'written') files.medium.assign(file, 0, pagesOf(file), initialTag(files.nth.get(file)));
  const isFilled = cacheAll(file);
  files.medium.assign(file, 0, pagesOf(file), 0);
  return isFilled;
}

/** A file on a drive: extents and content on the medium. Its blocks are no frames, so they have no place here. */
export function fillDriveFile(file: Row, { layout = 'written', cached = false, checksums = false }: LabFile): boolean {
  const pages = pagesOf(file);
  files.stable.set(file, checksums ? 1 : 0);
  if (pages === 0) return true;
  files.kind.assign(file, 0, pages, files.kind.valueOf(layout));
  if (layout === 'written') files.medium.assign(file, 0, pages, initialTag(files.nth.get(file)));
  return !cached || cacheAll(file);
}
