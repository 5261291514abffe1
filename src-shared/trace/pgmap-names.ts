import type { State } from '../state/arena';
import type { Row } from '../state/dictionary';
import { bridges, ioQueues, lentMemory, p2pRoutes } from '../state/p2p-tables';
import { drivers, P2P_OWNERS, p2pAllocations, p2pPools, pgmaps } from '../state/pgmap-tables';
import type { RunDescription } from './run-description';

type Namer = (state: State, run: RunDescription, row: Row) => string;

const nodeName = (run: RunDescription, nth: number): string => run.nodes[nth] ?? `node ${nth}`;
const memoryName = (run: RunDescription, nth: number): string => run.memories[nth]?.node ?? `memory ${nth}`;
const OWNER_NAMES: Readonly<Record<number, string>> = { [P2P_OWNERS.buffer]: 'buffer', [P2P_OWNERS.queue]: 'queue', [P2P_OWNERS.request]: 'request' };

/** What a person calls rows of the tables of device memory and of peer-to-peer DMA. */
export const P2P_NAMERS: ReadonlyMap<number, Namer> = new Map<number, Namer>([
  [pgmaps.$.id, (state, run, row) => `pgmap of ${memoryName(run, pgmaps.memory.in(state, row))}`],
  [p2pPools.$.id, (state, run, row) => `P2P pool of ${memoryName(run, p2pPools.memory.in(state, row))}`],
  [p2pAllocations.$.id, (state, run, row) => `P2P allocation for ${OWNER_NAMES[p2pAllocations.owner.in(state, row)] ?? 'owner'} ${p2pAllocations.owner.in(state, row) === P2P_OWNERS.buffer ? run.p2pBuffers[p2pAllocations.nth.in(state, row)]?.name ?? '' : p2pAllocations.nth.in(state, row)}`],
  [drivers.$.id, (state, run, row) => `driver of ${nodeName(run, drivers.nth.in(state, row))}`],
  [bridges.$.id, (state, run, row) => `bridge ${run.bridges[bridges.nth.in(state, row)] ?? bridges.nth.in(state, row)}`],
  [p2pRoutes.$.id, (state, run, row) => `P2P route from ${nodeName(run, p2pRoutes.client.in(state, row))} to ${nodeName(run, p2pRoutes.provider.in(state, row))}`],
  [ioQueues.$.id, (state, run, row) => `queue ${ioQueues.nth.in(state, row)} of ${nodeName(run, ioQueues.drive.in(state, row))}`],
  [lentMemory.$.id, (state, run, row) => `host memory buffer of ${nodeName(run, lentMemory.drive.in(state, row))}`],
]);
