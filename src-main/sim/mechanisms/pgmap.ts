import type { MemoryType } from '@shared/domain/memory-type';
import { arena } from '@shared/state/arena';
import type { Row } from '@shared/state/dictionary';
import { p2pPools, pgmaps } from '@shared/state/pgmap-tables';
import { hosts } from '@shared/state/tables';
import { emit } from '../engine/events';
import { every } from '../engine/place';
import { kernel } from '../kernel';
import { baseRefs, memoryAt } from './memory-types';

export const PGMAP = { none: 0, live: 1, dying: 2, gone: 3 } as const;
/** Values of `p2pPools.taken`. */
export const TAKEN = { nobody: 0, kernel: 1, user: 2 } as const;

/** The pgmap of a frame; 0 for ordinary memory and BARs that nobody registered. */
export function pgmapAt(pfn: number): Row {
  const memory = kernel.memories.findIndex(({ firstPfn, pageCount }) => pfn >= firstPfn && pfn < firstPfn + pageCount);
  if (memory < 0 || kernel.memories[memory].type === 'normal') return 0;
  const page = pfn - kernel.memories[memory].firstPfn;
  return pgmapsOf(memory).find(row => page >= pgmaps.firstPage.get(row) && page < pgmaps.firstPage.get(row) + pgmaps.pageCount.get(row)) ?? 0;
}

/** Pgmaps of a memory that were ever registered, those that are gone included. */
export const pgmapsOf = (memory: number): readonly Row[] => pgmaps.$.rows(arena).filter(row => pgmaps.memory.get(row) === memory && pgmaps.state.get(row) !== PGMAP.none);

export const firstPfnOf = (pgmap: Row): number => kernel.memories[pgmaps.memory.get(pgmap)].firstPfn + pgmaps.firstPage.get(pgmap);
export const typeOf = (pgmap: Row): MemoryType => kernel.memories[pgmaps.memory.get(pgmap)].type;

/** Whether a pgmap has a reference for each page from the start: where pages hold it or memunmap drops them in bulk, not for memory that is handed out (spec 2.3). */
export const hasReferencePerPage = (type: MemoryType): boolean => (type !== 'private' && type !== 'coherent') || kernel.policy.zoneDeviceRefcount.pagesHoldPgmap;

/** References that a pgmap has from the start. */
export const creationRefs = (pgmap: Row): number => (hasReferencePerPage(typeOf(pgmap)) ? pgmaps.pageCount.get(pgmap) : 0);

/** What {@link noteUse} reads and writes. */
export const USE_READS = every(pgmaps.state);
export const USE_TERMS = every(pgmaps.usedAfter);

/** Whoever touches a page whose struct page is gone is found out (invariant S6, spec 2.6). */
export function noteUse(pfn: number): void {
  const pgmap = pgmapAt(pfn);
  if (pgmap === 0 || pgmaps.state.get(pgmap) !== PGMAP.gone) return;
  pgmaps.usedAfter.set(pgmap, 1);
  emit('gone-page-used', pgmap, pfn);
}

/** What {@link afterZoneDevicePut} reads and writes. */
export const ZONE_PUT_READS = every(pgmaps.state, p2pPools.taken);
export const ZONE_PUT_TERMS = every(pgmaps.refs, p2pPools.available, p2pPools.taken, hosts.refs);

/**
 * What the put that reaches 0 does to ZONE_DEVICE pages (spec 2.2, 2.3): where pages hold their pgmap it drops that reference; else a
 * device-dax page goes back to 1 and a page of a BAR goes back to its pool.
 */
export function afterZoneDevicePut(host: Row, pfn: number, pages: number): void {
  for (let at = pfn; at < pfn + pages;) {
    const next = Math.min(pfn + pages, hosts.refs.runEnd(host, at));
    if (hosts.refs.at(host, at) === 0) reachedZero(host, at, next - at);
    at = next;
  }
}

function reachedZero(host: Row, pfn: number, pages: number): void {
  const pgmap = pgmapAt(pfn);
  if (pgmap === 0) return;
  if (kernel.policy.zoneDeviceRefcount.pagesHoldPgmap) {
    pgmaps.refs.set(pgmap, pgmaps.refs.get(pgmap) - pages);
    return;
  }
  const { type } = memoryAt(pfn);
  if (type === 'p2pdma') returnToPool(pgmap, pfn, pages);
  if (type === 'devdax' || type === 'p2pdma') hosts.refs.add(host, pfn, pages, baseRefs(type));
}

/** The free op of a P2P page: whoever has it, it is the pool's again (drivers/pci/p2pdma.c p2pdma_folio_free()). */
function returnToPool(pgmap: Row, pfn: number, pages: number): void {
  const pool = p2pPools.$.row(pgmaps.memory.get(pgmap));
  const { firstPfn } = memoryAt(pfn);
  for (let at = pfn - firstPfn; at < pfn - firstPfn + pages;) {
    const next = Math.min(pfn - firstPfn + pages, p2pPools.taken.runEnd(pool, at));
    if (p2pPools.taken.at(pool, at) !== TAKEN.nobody) {
      p2pPools.taken.assign(pool, at, next - at, TAKEN.nobody);
      p2pPools.available.set(pool, p2pPools.available.get(pool) + next - at);
      pgmaps.refs.set(pgmap, pgmaps.refs.get(pgmap) - (next - at));
    }
    at = next;
  }
}
