import type { Row } from '@shared/state/dictionary';
import { files, hosts } from '@shared/state/tables';
import { PAGE_BYTES } from '@shared/units/pages';
import { every } from '../engine/place';
import { CACHE_READS, forEachCached, hostOf } from './page-cache';

/** What {@link writtenSize} reads. */
export const WRITTEN_READS = [...CACHE_READS, ...every(hosts.dirty, hosts.writeback, files.size, files.durableSize)];

/** First of the pages at the end of a file that are all dirty or on their way; the number of its pages if the last one is on the medium. */
function firstUnwritten(file: Row): number {
  const host = hostOf(file);
  let first = Math.ceil(files.size.get(file) / PAGE_BYTES);
  const dirty: (readonly [first: number, end: number])[] = [];
  forEachCached(file, 0, first, (index, pfn, pages) => {
    for (let at = pfn; at < pfn + pages;) {
      const next = Math.min(pfn + pages, hosts.dirty.runEnd(host, at), hosts.writeback.runEnd(host, at));
      if (hosts.dirty.at(host, at) === 1 || hosts.writeback.at(host, at) === 1) dirty.push([index + at - pfn, index + next - pfn]);
      at = next;
    }
  });
  for (const [from, end] of dirty.reverse()) if (end === first) first = from;
  return first;
}

/**
 * How far the inode on the medium reaches: a write behind its end moves it no sooner than the pages are written back
 * (fs/iomap/buffered-io.c iomap_ioend, fs/ext4/inode.c i_disksize, 6.19).
 */
export function writtenSize(file: Row): number {
  const size = files.size.get(file);
  if (files.dax.get(file) === 1) return size;
  return Math.min(size, Math.max(files.durableSize.get(file), firstUnwritten(file) * PAGE_BYTES));
}
