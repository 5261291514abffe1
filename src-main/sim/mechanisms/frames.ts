import type { Row } from '@shared/state/dictionary';
import { memoryBlocks } from '@shared/state/placement-tables';
import { hosts } from '@shared/state/tables';
import type { RunMemory } from '@shared/trace/run-description';
import { every } from '../engine/place';
import { kernel } from '../kernel';
import { CONTENT_TERMS, writePages } from './contents';
import { isCma, isOnline, isZoneMovable } from './memory-blocks';

/** Values of `hosts.use`. */
export const USE = { free: 0, anonymous: 1, pageCache: 2, device: 3, kernel: 4 } as const;

/** Which frames of RAM are wanted. */
export interface FrameRequest {
  /** At most so many pages; whole folios where an order is given. */
  readonly pagesMax: number;
  /** At least so many side by side. */
  readonly pagesMin?: number;
  /** Order of the folios; 0 if not said. */
  readonly order?: number;
  /** NUMA node that must give them; any if not said. */
  readonly numaNode?: number;
  /** NUMA node to begin at, where any may give them; that of the CPUs if not said. */
  readonly near?: number;
  /** Not from ZONE_MOVABLE or CMA. */
  readonly unmovable?: boolean;
}

export interface FrameRun {
  readonly pfn: number;
  readonly pages: number;
}

/**
 * Memories of RAM in the order in which an allocation near a node tries them. The CPUs are on the lowest node [X]; of equally far
 * nodes those without CPUs come first (mm/page_alloc.c find_next_best_node(), PENALTY_FOR_NODE_WITH_CPUS).
 */
function zonelist(near: number | undefined): readonly RunMemory[] {
  const ram = kernel.memories.filter(({ type }) => type === 'normal');
  const cpuNode = Math.min(...ram.map(({ numaNode }) => numaNode));
  const rank = ({ numaNode }: RunMemory): number => (numaNode === (near ?? cpuNode) ? -1 : numaNode === cpuNode ? Infinity : numaNode);
  return [...ram].sort((a, b) => (rank(a) === rank(b) ? 0 : rank(a) - rank(b)));
}

/** First free frames of RAM that fit; null if there are none. */
export function freeFrames(host: Row, { pagesMax, pagesMin = 1, order = 0, numaNode, near, unmovable = false }: FrameRequest): FrameRun | null {
  const size = 2 ** order;
  for (const memory of zonelist(near)) {
    const isWanted = (numaNode === undefined || memory.numaNode === numaNode) && isOnline(memory) && !(unmovable && (isZoneMovable(memory) || isCma(memory)));
    if (!isWanted) continue;
    const end = memory.firstPfn + memory.pageCount;
    for (let pfn = memory.firstPfn; pfn < end;) {
      pfn = hosts.use.find(host, pfn, end, use => use === USE.free);
      if (pfn < 0) break;
      const runEnd = Math.min(end, hosts.use.runEnd(host, pfn));
      const first = Math.ceil(pfn / size) * size;
      if (first + Math.max(size, pagesMin) <= runEnd) return { pfn: first, pages: Math.min(pagesMax, Math.floor((runEnd - first) / size) * size) };
      pfn = runEnd;
    }
  }
  return null;
}

/** What {@link freeFrames} reads and handing a frame out writes. */
export const ALLOCATE_TERMS = [...every(memoryBlocks.state, memoryBlocks.zone, hosts.use, hosts.order, hosts.anon, hosts.exclusive), ...CONTENT_TERMS];

/** Hands frames out as zeroed anonymous memory of a process, its own alone. */
export function allocateAnonymous(host: Row, { pfn, pages }: FrameRun, order: number, processNth: number): void {
  hosts.use.assign(host, pfn, pages, USE.anonymous);
  hosts.order.assign(host, pfn, pages, order);
  hosts.anon.assign(host, pfn, pages, processNth);
  hosts.exclusive.assign(host, pfn, pages, 1);
  writePages(host, pfn, pages, 0);
}

/** What becomes of a frame that is free again. */
const FREED = [hosts.use, hosts.order, hosts.anon, hosts.content, hosts.exclusive, hosts.mapping, hosts.indexDelta, hosts.dirty, hosts.isolated];
export const FREE_TERMS = every(...FREED);

/** Frees frames of RAM whose last reference has gone (free_unref_folio()). */
export function freeIfUnused(host: Row, pfn: number, pages: number): void {
  for (let at = pfn; at < pfn + pages;) {
    const next = Math.min(pfn + pages, hosts.refs.runEnd(host, at), hosts.use.runEnd(host, at), hosts.order.runEnd(host, at), hosts.mapping.runEnd(host, at));
    // A page that its file still has in the cache is "bad": the allocator reports it and does not take it back (mm/page_alloc.c free_page_is_bad()).
    if (hosts.refs.at(host, at) === 0 && hosts.use.at(host, at) !== USE.free && hosts.mapping.at(host, at) === 0) {
      const size = 2 ** hosts.order.at(host, at);
      const first = at - (at % size);
      const end = Math.ceil(next / size) * size;
      for (const field of FREED) field.assign(host, first, end - first, 0);
    }
    at = next;
  }
}
