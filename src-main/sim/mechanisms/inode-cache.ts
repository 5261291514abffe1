import { arena } from '@shared/state/arena';
import type { Row } from '@shared/state/dictionary';
import { files, filesystems, hosts } from '@shared/state/tables';
import { mechanism } from '../engine/mechanism';
import { every, frame } from '../engine/place';
import { done } from '../engine/step';
import { kernel } from '../kernel';
import { isDaxWhenLoaded } from './dax-flag';
import { blocksFromMedium, BLOCKS_TERMS, freeBlocksOf, mediumFromBlocks } from './dax-switch';
import { DURABLE_READS, DURABLE_TERMS, makeDurable } from './metadata-log';
import { isInUse, OPEN_READS } from './open-files';
import { CACHE_READS, DETACH_TERMS, detachPages, forEachCached, hasMedium, hostOf, isClear } from './page-cache';
import { BUSY_READS, deleteEntries, ENTRY_TERMS, firstBusyIndex } from './remove-blocks';

const T = frame('file');

const END = 2 ** 30;

/** Whether only the page cache holds the cached pages of a file. */
function isHeldByCacheAlone(file: Row): boolean {
  const host = hostOf(file);
  let alone = true;
  forEachCached(file, 0, END, (_index, pfn, pages) => {
    for (let from = pfn; from < pfn + pages;) {
      const next = Math.min(pfn + pages, hosts.order.runEnd(host, from));
      const idle = 2 ** hosts.order.at(host, from);
      alone &&= hosts.refs.find(host, from, next, refs => refs !== idle) < 0;
      from = next;
    }
  });
  return alone;
}

/** An inode goes when nobody has it open or mapped, nobody is at work on it, and its pages are clean and nobody else's (invalidate_mapping_pages()). */
function mayGo(file: Row): boolean {
  if (files.gone.get(file) === 1 || files.links.get(file) === 0 || !hasMedium(file) || isInUse(file)) return false;
  if ([files.iolock, files.invlock, files.ilock, files.iMmap].some(lock => lock.get(file) !== 0)) return false;
  if (files.dax.get(file) === 1) return firstBusyIndex(file, 0, END) < 0;
  return [hosts.dirty, hosts.writeback, hosts.locked].every(field => isClear(file, 0, END, field)) && isHeldByCacheAlone(file) && (!isDaxWhenLoaded(file) || freeBlocksOf(file));
}

/** Drops the inode and what is cached of it; whoever looks at it next finds it loaded by its flag. */
function reload(file: Row): void {
  if (files.dax.get(file) === 0) detachPages(file, 0, END);
  else deleteEntries(file, 0, END);
  loadByFlag(file);
}

/** An inode that comes into memory is DAX or page cache by its flag. What it says is on the medium: an inode that is not stays in memory. */
export function loadByFlag(file: Row): void {
  const isDax = isDaxWhenLoaded(file);
  if (isDax === (files.dax.get(file) === 1)) return;
  if (isDax) blocksFromMedium(file);
  else mediumFromBlocks(file);
  files.dax.set(file, isDax ? 1 : 0);
  makeDurable(file);
}

/** What {@link loadByFlag} reads and writes. */
export const LOAD_READS = [...CACHE_READS, ...every(files.xflag, hosts.dirty)];
export const LOAD_TERMS = [...BLOCKS_TERMS, ...DURABLE_TERMS, ...every(files.dax, filesystems.freeBlocks)];

const next = (after: Row): Row => files.$.rows(arena).find(file => file > after && mayGo(file)) ?? 0;

/** /proc/sys/vm/drop_caches: inodes that nobody uses go, with what is cached of them. One that is loaded anew is DAX or not by its flag (spec 3.9). */
export const dropCaches = mechanism({
  name: 'drop-caches',
  source: 'spec 3.9; fs/drop_caches.c drop_pagecache_sb(), drop_slab(), fs/inode.c inode_lru_isolate() (6.19)',
  frame: T,
  order: 'DC1 DC2',
  steps: {
    DC1: { title: 'enter', costNs: () => kernel.costs.syscallNs },
    DC2: {
      title: 'drop the next inode that nobody uses', to: ['DC2', 'done'],
      reads: [...OPEN_READS, ...DURABLE_READS, ...CACHE_READS, ...BUSY_READS, ...every(files.gone, files.links, files.xflag, files.iolock, files.invlock, files.ilock, files.iMmap, hosts.writeback, hosts.locked)],
      writes: [...DETACH_TERMS, ...ENTRY_TERMS, ...LOAD_TERMS],
      run: go => {
        const file = next(T.file.v);
        if (file === 0) return done();
        T.file.v = file;
        reload(file);
        return go.DC2;
      },
    },
  },
});
