import type { State } from '../state/arena';
import type { Row } from '../state/dictionary';
import { targetControllers, targetNamespaces, targetRequests } from '../state/nvmet-tables';
import { bridges, ioQueues, lentMemory, p2pRoutes } from '../state/p2p-tables';
import { drivers, P2P_OWNERS, p2pAllocations, p2pPools, pgmaps } from '../state/pgmap-tables';
import type { RunDescription } from './run-description';

type Namer = (state: State, run: RunDescription, row: Row) => string;

const nodeName = (run: RunDescription, nth: number): string => run.nodes[nth] ?? `node ${nth}`;
const targetName = (run: RunDescription, row: Row): string => run.targets.find(named => named.row === row)?.name ?? '';
const memoryName = (run: RunDescription, nth: number): string => run.memories[nth]?.node ?? `memory ${nth}`;

function ownerName(run: RunDescription, owner: number, nth: number): string {
  switch (owner) {
    case P2P_OWNERS.buffer: return `buffer ${run.p2pBuffers[nth]?.name ?? ''}`;
    case P2P_OWNERS.request: return `the request of ${run.operations[nth]?.name ?? nth}`;
    default: return `queue ${nth}`;
  }
}

/** What a person calls rows of the tables of device memory and of peer-to-peer DMA. */
export const P2P_NAMERS: ReadonlyMap<number, Namer> = new Map<number, Namer>([
  [pgmaps.$.id, (state, run, row) => `pgmap of ${memoryName(run, pgmaps.memory.in(state, row))}`],
  [p2pPools.$.id, (state, run, row) => `P2P pool of ${memoryName(run, p2pPools.memory.in(state, row))}`],
  [p2pAllocations.$.id, (state, run, row) => `P2P allocation for ${ownerName(run, p2pAllocations.owner.in(state, row), p2pAllocations.nth.in(state, row))}`],
  [drivers.$.id, (state, run, row) => `driver of ${nodeName(run, drivers.nth.in(state, row))}`],
  [bridges.$.id, (state, run, row) => `bridge ${run.bridges[bridges.nth.in(state, row)] ?? bridges.nth.in(state, row)}`],
  [p2pRoutes.$.id, (state, run, row) => `P2P route from ${nodeName(run, p2pRoutes.client.in(state, row))} to ${nodeName(run, p2pRoutes.provider.in(state, row))}`],
  [ioQueues.$.id, (state, run, row) => `queue ${ioQueues.nth.in(state, row)} of ${nodeName(run, ioQueues.drive.in(state, row))}`],
  [targetNamespaces.$.id, (_, run, row) => `namespace ${targetName(run, row)}`],
  [targetControllers.$.id, (_, run, row) => `controller ${targetName(run, row)}`],
  [targetRequests.$.id, (state, run, row) => `target request of ${run.operations.find(operation => operation.row === targetRequests.op.in(state, row))?.name ?? 'no operation'}`],
  [lentMemory.$.id, (state, run, row) => `host memory buffer of ${nodeName(run, lentMemory.drive.in(state, row))}${lentMemory.nth.in(state, row) === 0 ? '' : `, piece ${lentMemory.nth.in(state, row) + 1}`}`],
]);
