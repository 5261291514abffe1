import { ERRNO } from '@shared/domain/errno';
import type { Row } from '@shared/state/dictionary';
import { p2pAllocations, p2pPools, pgmaps } from '@shared/state/pgmap-tables';
import { emit } from '../engine/events';
import { mechanism } from '../engine/mechanism';
import { every, frame } from '../engine/place';
import { done, fail } from '../engine/step';
import { kernel } from '../kernel';
import { PGMAP, pgmapAt, pgmapsOf, TAKEN } from './pgmap';

const LIVE = p2pPools.state.valueOf('live');

/** What looking for space reads, and what taking or giving it back writes. */
export const POOL_READS = every(p2pPools.state, p2pPools.taken, pgmaps.state);
export const POOL_TERMS = every(p2pPools.available, p2pPools.taken, pgmaps.refs, p2pAllocations.pool, p2pAllocations.pfnFirst, p2pAllocations.pageCount);

export const poolOf = (memory: number): Row => p2pPools.$.row(memory);
export const isPoolLive = (pool: Row): boolean => p2pPools.state.get(pool) === LIVE;

/** First page of `pages` free ones side by side (gen_pool_alloc_owner()); −1 where the pool has none. */
export function findSpace(memory: number, pages: number): number {
  const pool = poolOf(memory);
  if (!isPoolLive(pool)) return -1;
  for (const pgmap of pgmapsOf(memory)) {
    const end = pgmaps.firstPage.get(pgmap) + pgmaps.pageCount.get(pgmap);
    for (let at = pgmaps.firstPage.get(pgmap); at < end;) {
      const first = p2pPools.taken.find(pool, at, end, taken => taken === TAKEN.nobody);
      if (first < 0) break;
      at = Math.min(end, p2pPools.taken.runEnd(pool, first));
      if (at - first >= pages) return first;
    }
  }
  return -1;
}

/** Takes pages out of a pool. A pgmap is held once by what a driver allocates and once a page by what user space maps (spec 2.3). */
export function takeSpace(memory: number, first: number, pages: number, by: 'kernel' | 'user'): void {
  const pool = poolOf(memory);
  p2pPools.taken.assign(pool, first, pages, TAKEN[by]);
  p2pPools.available.set(pool, p2pPools.available.get(pool) - pages);
  const pgmap = pgmapAt(kernel.memories[memory].firstPfn + first);
  pgmaps.refs.set(pgmap, pgmaps.refs.get(pgmap) + (by === 'kernel' ? 1 : pages));
}

export const isLive = (memory: number, first: number): boolean => pgmaps.state.get(pgmapAt(kernel.memories[memory].firstPfn + first)) === PGMAP.live;

/** pci_alloc_p2pmem(): contiguous pages; false where the pool is exhausted or its pgmap is dying. */
export function allocate(allocation: Row, memory: number, pages: number): boolean {
  const first = findSpace(memory, pages);
  if (first < 0 || !isLive(memory, first)) return false;
  takeSpace(memory, first, pages, 'kernel');
  p2pAllocations.pool.set(allocation, poolOf(memory));
  p2pAllocations.pfnFirst.set(allocation, kernel.memories[memory].firstPfn + first);
  p2pAllocations.pageCount.set(allocation, pages);
  emit('p2p-allocated', allocation, p2pAllocations.pfnFirst.get(allocation), pages);
  return true;
}

/** pci_free_p2pmem(): the same size as was allocated; one reference of the pgmap. */
export function giveBack(allocation: Row): void {
  const pages = p2pAllocations.pageCount.get(allocation);
  if (pages === 0) return;
  const pool = p2pAllocations.pool.get(allocation);
  const pfn = p2pAllocations.pfnFirst.get(allocation);
  const first = pfn - kernel.memories[p2pPools.memory.get(pool)].firstPfn;
  p2pPools.taken.assign(pool, first, pages, TAKEN.nobody);
  p2pPools.available.set(pool, p2pPools.available.get(pool) + pages);
  pgmaps.refs.set(pgmapAt(pfn), pgmaps.refs.get(pgmapAt(pfn)) - 1);
  for (const column of [p2pAllocations.pool, p2pAllocations.pfnFirst, p2pAllocations.pageCount]) column.set(allocation, 0);
  emit('p2p-freed', allocation, pfn, pages);
}

const A = frame('memory', 'pages', 'allocation');

/** pci_alloc_p2pmem() by a driver. NULL is answered as −1 with ENOMEM. */
export const p2pAlloc = mechanism({
  name: 'p2p-alloc',
  source: 'spec 7.1; drivers/pci/p2pdma.c pci_alloc_p2pmem() (6.19)',
  frame: A,
  order: 'PA1',
  steps: {
    PA1: {
      title: 'take space from the pool, and a reference on the pgmap', reads: [...POOL_READS, ...every(p2pAllocations.pageCount)], writes: POOL_TERMS, to: ['done'],
      costNs: () => kernel.costs.syscallNs,
      run: () => {
        if (p2pAllocations.pageCount.get(A.allocation.v) > 0) return fail(ERRNO.EBUSY);
        return allocate(A.allocation.v, A.memory.v, A.pages.v) ? done() : fail(ERRNO.ENOMEM);
      },
    },
  },
});

const F = frame('allocation');

/** pci_free_p2pmem() by a driver. */
export const p2pFree = mechanism({
  name: 'p2p-free',
  source: 'spec 7.1; drivers/pci/p2pdma.c pci_free_p2pmem() (6.19)',
  frame: F,
  order: 'PR1',
  steps: {
    PR1: {
      title: 'give the space back, and the reference on the pgmap', reads: [...POOL_READS, ...every(p2pAllocations.pageCount, p2pAllocations.pfnFirst, p2pAllocations.pool, pgmaps.refs)], writes: POOL_TERMS, to: ['done'], costNs: () => kernel.costs.syscallNs,
      run: () => {
        if (p2pAllocations.pageCount.get(F.allocation.v) === 0) return fail(ERRNO.EINVAL);
        giveBack(F.allocation.v);
        return done();
      },
    },
  },
});

const B = frame('memory', 'on');

/** pci_p2pmem_publish(). */
export const p2pPublish = mechanism({
  name: 'p2p-publish',
  source: 'spec 7.1; drivers/pci/p2pdma.c pci_p2pmem_publish() (6.19)',
  frame: B,
  order: 'PB1',
  steps: {
    PB1: {
      title: 'let other drivers find it, or not', reads: every(p2pPools.state), writes: every(p2pPools.published), to: ['done'], costNs: () => kernel.costs.syscallNs,
      run: () => {
        if (isPoolLive(poolOf(B.memory.v))) p2pPools.published.set(poolOf(B.memory.v), B.on.v);
        return done();
      },
    },
  },
});

