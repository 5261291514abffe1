import type { Row } from '@shared/state/dictionary';
import { OWNER_FREE } from '@shared/state/owner';
import { files, filesystems, hosts } from '@shared/state/tables';
import { every } from '../engine/place';
import { CONTENT_TERMS, writePages } from './contents';
import { KIND, takeBlocks } from './allocate-blocks';
import { letGo } from './block-sharing';
import { forEachBlockRun } from './remove-blocks';

const END = 2 ** 30;
const fsOf = (file: Row): Row => files.fs.get(file);

/** What the functions of this file read and write. */
export const BLOCKS_TERMS = [...CONTENT_TERMS, ...every(files.kind, files.blockDelta, files.medium, hosts.owner, hosts.ownerDelta, hosts.sharers)];

/** Calls `visit` for each run of pages of a page-cache file that have blocks, all of one kind and one content. */
function forEachExtent(file: Row, visit: (index: number, pages: number) => void): void {
  for (let index = files.kind.find(file, 0, END, kind => kind !== KIND.hole); index >= 0; index = files.kind.find(file, index, END, kind => kind !== KIND.hole)) {
    const next = Math.min(END, files.kind.runEnd(file, index), files.medium.runEnd(file, index));
    visit(index, next - index);
    index = next;
  }
}

/** Whether the file system has the frames that the blocks of a page-cache file take up as DAX. */
export function freeBlocksOf(file: Row): boolean {
  let pages = 0;
  forEachExtent(file, (_index, count) => { pages += count; });
  const first = filesystems.firstPfn.get(fsOf(file));
  const host = filesystems.host.get(fsOf(file));
  const end = first + filesystems.blockCount.get(fsOf(file));
  for (let pfn = hosts.owner.find(host, first, end, owner => owner === OWNER_FREE); pfn >= 0 && pages > 0; pfn = hosts.owner.find(host, pfn, end, owner => owner === OWNER_FREE)) {
    const next = Math.min(end, hosts.owner.runEnd(host, pfn));
    pages -= next - pfn;
    pfn = next;
    if (pfn >= end) break;
  }
  return pages <= 0;
}

/**
 * The blocks of a file that becomes DAX are page frames from now on. Model: which blocks a page-cache file has is not followed,
 * so it gets the first free ones here.
 */
export function blocksFromMedium(file: Row): void {
  const host = filesystems.host.get(fsOf(file));
  forEachExtent(file, (index, pages) => {
    for (let at = index; at < index + pages;) {
      const taken = takeBlocks(file, at, index + pages - at);
      if (taken === null) return;
      files.blockDelta.assign(file, at, taken.pages, taken.pfn - at);
      if (files.kind.at(file, at) === KIND.written) writePages(host, taken.pfn, taken.pages, files.medium.at(file, at));
      at += taken.pages;
    }
  });
  files.medium.assign(file, 0, END, 0);
}

/** The other way: what the blocks hold is what the medium has. */
export function mediumFromBlocks(file: Row): void {
  const host = filesystems.host.get(fsOf(file));
  let freed = 0;
  forEachBlockRun(file, 0, END, (index, pfn, pages) => {
    for (let at = pfn; at < pfn + pages && files.kind.at(file, index) === KIND.written;) {
      const next = Math.min(pfn + pages, hosts.content.runEnd(host, at));
      files.medium.assign(file, index + at - pfn, next - at, hosts.content.at(host, at));
      at = next;
    }
    letGo(file, index, pfn, pages, (_index, first, count) => {
      hosts.owner.assign(host, first, count, OWNER_FREE);
      freed += count;
    });
  });
  files.blockDelta.assign(file, 0, END, 0);
  filesystems.freeBlocks.set(fsOf(file), filesystems.freeBlocks.get(fsOf(file)) + freed);
}
