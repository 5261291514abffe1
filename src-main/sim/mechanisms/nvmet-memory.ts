import type { Row } from '@shared/state/dictionary';
import { targetControllers, targetRequests } from '@shared/state/nvmet-tables';
import { P2P_OWNERS, p2pAllocations } from '@shared/state/pgmap-tables';
import { memoryBlocks } from '@shared/state/placement-tables';
import { hosts, operations } from '@shared/state/tables';
import { emit } from '../engine/events';
import { every } from '../engine/place';
import { freeFrames, freeIfUnused, FREE_TERMS, USE } from './frames';
import { bufferMemory } from './nvme-probe';
import { allocate, giveBack, POOL_READS, POOL_TERMS } from './p2p-pool';

/** Values of `targetRequests.place`. */
export const PLACE = { none: 0, host: 1, peer: 2 } as const;

const ALLOCATION = every(p2pAllocations.pool, p2pAllocations.pfnFirst, p2pAllocations.pageCount);
const REQUEST_COLUMNS = [targetRequests.place, targetRequests.pfnFirst, targetRequests.provider];
const REQUEST = every(...REQUEST_COLUMNS);

/** What {@link takeMemory} reads and writes. */
export const TAKE_MEMORY_READS = [...POOL_READS, ...every(memoryBlocks.state, memoryBlocks.zone, p2pAllocations.pfnFirst, targetControllers.provider, targetRequests.controller, targetRequests.pages)];
export const TAKE_MEMORY_TERMS = [...POOL_TERMS, ...REQUEST, ...every(targetControllers.fallbacks, hosts.use)];
/** What {@link freeMemory} reads and writes. */
export const FREE_MEMORY_READS = [...POOL_READS, ...ALLOCATION, ...every(hosts.refs, targetRequests.pages)];
export const FREE_MEMORY_TERMS = [...POOL_TERMS, ...FREE_TERMS, ...REQUEST];

/** Peer-to-peer memory of a request, by its operation. */
export const allocationOf = (request: Row): Row => p2pAllocations.$.row(P2P_OWNERS.request, operations.nth.get(targetRequests.op.get(request)));

/**
 * nvmet_req_alloc_sgls(): memory of the provider that the controller has found, else of the host, which the kernel does not tell.
 * False where there is none. Host memory is taken side by side, as a model: sgl_alloc() goes page by page.
 */
export function takeMemory(request: Row): boolean {
  const controller = targetRequests.controller.get(request);
  const provider = targetControllers.provider.get(controller);
  const pages = targetRequests.pages.get(request);
  if (provider > 0) {
    if (allocate(allocationOf(request), bufferMemory(provider - 1), pages)) {
      targetRequests.provider.set(request, provider);
      return note(request, PLACE.peer, p2pAllocations.pfnFirst.get(allocationOf(request)));
    }
    targetControllers.fallbacks.set(controller, targetControllers.fallbacks.get(controller) + 1);
    emit('target-fell-back', targetRequests.op.get(request), pages);
  }
  const host = hosts.$.row(0);
  const free = freeFrames(host, { pagesMax: pages, pagesMin: pages, unmovable: true });
  if (free === null) return false;
  hosts.use.assign(host, free.pfn, pages, USE.kernel);
  return note(request, PLACE.host, free.pfn);
}

function note(request: Row, place: number, pfn: number): true {
  targetRequests.place.set(request, place);
  targetRequests.pfnFirst.set(request, pfn);
  return true;
}

/** nvmet_req_free_sgls(). */
export function freeMemory(request: Row): void {
  const place = targetRequests.place.get(request);
  if (place === PLACE.peer) giveBack(allocationOf(request));
  if (place === PLACE.host) freeIfUnused(hosts.$.row(0), targetRequests.pfnFirst.get(request), targetRequests.pages.get(request));
  for (const column of REQUEST_COLUMNS) column.set(request, 0);
}
