import { assert } from '@shared/base/assert';
import type { MemoryType } from '@shared/domain/memory-type';
import type { RunMemory } from '@shared/trace/run-description';
import { kernel } from '../kernel';

/** The memory that a frame belongs to. */
export function memoryAt(pfn: number): RunMemory {
  const memory = kernel.memories.find(({ firstPfn, pageCount }) => pfn >= firstPfn && pfn < firstPfn + pageCount);
  assert(memory !== undefined, 'a frame belongs to a memory', { pfn });
  return memory;
}

/** The zero page stands at the lowest frames, the huge one at those behind: no memory of the lab. A run of zero pages is counted as side by side. */
export const ZERO_PAGE_PFN = 0;
export const HUGE_ZERO_PFN = 512;
const ZERO_FRAMES = 1024;

export const isZeroFrame = (pfn: number): boolean => pfn < ZERO_FRAMES;

const isOf = (type: MemoryType, pfn: number): boolean =>
  kernel.memories.some(memory => memory.type === type && pfn >= memory.firstPfn && pfn < memory.firstPfn + memory.pageCount);

/** Whether a frame is file-system DAX memory: its counts follow the ZONE_DEVICE rules of spec 2. */
export const isFsdaxFrame = (pfn: number): boolean => isOf('fsdax', pfn);

/** Whether a frame keeps what it holds when the power fails. */
export const isPersistentFrame = (pfn: number): boolean => isFsdaxFrame(pfn) || isOf('devdax', pfn);

/** Whether a frame is memory of a PCI BAR that others may use (is_pci_p2pdma_page()). */
export const isP2pFrame = (pfn: number): boolean => isOf('p2pdma', pfn);

/** Refcount of a frame that nobody maps and nobody holds (spec 2.2). */
export function baseRefs(type: MemoryType): number {
  const { idleRefs, privateFreeRefs, p2pFreeRefs } = kernel.policy.zoneDeviceRefcount;
  switch (type) {
    case 'normal': return 0;
    case 'fsdax': return idleRefs;
    case 'devdax': return 1;
    case 'p2pdma': return p2pFreeRefs;
    case 'private':
    case 'coherent': return privateFreeRefs;
  }
}

/** Whether a mapping of the frame holds a reference: always for memory that is handed out page by page, by regime for DAX. */
export const mappingsHold = (type: MemoryType): boolean => (type !== 'fsdax' && type !== 'devdax') || kernel.policy.zoneDeviceRefcount.mappingsCount;
