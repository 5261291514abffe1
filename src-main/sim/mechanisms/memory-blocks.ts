import type { Row } from '@shared/state/dictionary';
import { memoryBlocks } from '@shared/state/placement-tables';
import type { RunMemory } from '@shared/trace/run-description';
import { kernel } from '../kernel';
import { memoryAt } from './memory-types';

/** The state of a memory's blocks. */
export const blocksOf = (memory: RunMemory): Row => memoryBlocks.$.row(kernel.memories.indexOf(memory));

export const isOnline = (memory: RunMemory): boolean => memoryBlocks.state.get(blocksOf(memory)) === memoryBlocks.state.valueOf('online');

/** Whether frames of the memory are ZONE_MOVABLE now. */
export const isZoneMovable = (memory: RunMemory): boolean => memoryBlocks.zone.get(blocksOf(memory)) === memoryBlocks.zone.valueOf('movable');

/** Whether frames of the memory are reserved for contiguous allocation (MIGRATE_CMA). */
export const isCma = (memory: RunMemory): boolean => memoryBlocks.zone.get(blocksOf(memory)) === memoryBlocks.zone.valueOf('cma');

/** Memories of RAM on a NUMA node that give frames. */
export const onlineOn = (numaNode: number): readonly RunMemory[] =>
  kernel.memories.filter(memory => memory.type === 'normal' && memory.numaNode === numaNode && isOnline(memory));

/** NUMA node of a frame. */
export const numaNodeOf = (pfn: number): number => memoryAt(pfn).numaNode;
