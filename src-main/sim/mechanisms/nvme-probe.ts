import type { Row } from '@shared/state/dictionary';
import { ERRNO } from '@shared/domain/errno';
import { ioQueues } from '@shared/state/p2p-tables';
import { drivers, P2P_OWNERS, p2pAllocations, p2pPools } from '@shared/state/pgmap-tables';
import { emit } from '../engine/events';
import { PAGE_BYTES } from '@shared/units/pages';
import { mechanism } from '../engine/mechanism';
import { every, frame } from '../engine/place';
import { done, fail } from '../engine/step';
import { kernel } from '../kernel';
import { LEND_READS, LEND_TERMS, lendMemory, letUse } from './host-memory-buffer';
import { allocate, POOL_READS, POOL_TERMS, poolOf } from './p2p-pool';
import { addResource, RESOURCE_READS, RESOURCE_TERMS } from './p2p-resource';

/** Sub-section: what struct pages of device memory come in (include/linux/mmzone.h SUBSECTION_SIZE). */
const REMAP_BYTES = 2 * 1024 * 1024;
/** An entry of an I/O submission queue (NVM command set). */
const ENTRY_BYTES = 64;
/** Queues shallower than this are not worth the buffer (nvme_cmb_qd_check()). */
const DEPTH_MIN = 64;
const QUEUES_MAX = 128;
const ADMIN_QUEUE = 0;

const T = frame('node', 'host', 'queue');

const ioQueuePlace = (name: string): number => ioQueues.place.valueOf(name);
export const bufferMemory = (node: number): number => kernel.memories.findIndex(memory => memory.type === 'p2pdma' && memory.node === kernel.nodes[node]);
export const queueAllocation = (node: number, queue: number): Row => p2pAllocations.$.row(P2P_OWNERS.queue, node * QUEUES_MAX + queue);

/** nvme_map_cmb(): a buffer that is not aligned to the granule of struct pages is ignored without a word, one that cannot be mapped with a warning. */
export function mapBuffer(node: number): void {
  const memory = bufferMemory(node);
  const drive = kernel.drives.get(node);
  if (memory < 0 || drive === undefined || drive.cmbOffset >= drive.barBytes) return;
  const bytes = Math.min(drive.cmbBytes, drive.barBytes - drive.cmbOffset);
  if (bytes % REMAP_BYTES !== 0 || drive.cmbOffset % REMAP_BYTES !== 0) return;
  if (addResource(memory, { barBytes: drive.barBytes, bytes, offsetBytes: drive.cmbOffset, isMemory: true }) !== 0) return;
  p2pPools.published.set(poolOf(memory), drive.cmbReads && drive.cmbWrites ? 1 : 0);
}

/** nvme_cmb_qd_check(): entries of a queue, fewer where all queues would not fit; 0 switches queues in the buffer off. */
function bufferDepth(node: number): number {
  const { queueDepth, ioQueueCount } = kernel.drives.get(node)!;
  const bytes = p2pPools.size.get(poolOf(bufferMemory(node))) * PAGE_BYTES;
  const queueBytes = Math.ceil((queueDepth * ENTRY_BYTES) / PAGE_BYTES) * PAGE_BYTES;
  if (queueBytes * ioQueueCount <= bytes) return queueDepth;
  const each = Math.floor(bytes / ioQueueCount / PAGE_BYTES) * PAGE_BYTES;
  const depth = Math.floor(each / ENTRY_BYTES);
  return depth < DEPTH_MIN ? 0 : depth;
}

/** nvme_alloc_sq_cmds(): an I/O queue tries the buffer and takes host memory where that fails; the admin queue never tries. */
export function placeQueue(node: number, queue: number): void {
  const row = ioQueues.$.row(node, queue);
  const memory = bufferMemory(node);
  const wants = queue > 0 && memory >= 0 && kernel.drives.get(node)!.cmbQueues && p2pPools.state.get(poolOf(memory)) === p2pPools.state.valueOf('live');
  const depth = wants ? bufferDepth(node) : 0;
  const fits = depth > 0 && allocate(queueAllocation(node, queue), memory, Math.ceil((depth * ENTRY_BYTES) / PAGE_BYTES));
  ioQueues.place.set(row, ioQueuePlace(fits ? 'CMB' : 'host memory'));
  emit('queue-placed', row, ioQueues.place.get(row));
}

const lastQueue = (): number => kernel.drives.get(T.node.v)?.ioQueueCount ?? 0;

/** nvme_probe() of a drive whose driver is bound while the lab runs. EBUSY where it is bound already (drivers/base/dd.c __driver_probe_device(), 6.19). */
export const nvmeProbe = mechanism({
  name: 'nvme-probe',
  source: 'spec 7.4; drivers/nvme/host/pci.c nvme_map_cmb(), nvme_alloc_sq_cmds(), nvme_setup_host_mem() (6.19)',
  frame: T,
  order: 'NP1 NP2 NP3 NP4',
  steps: {
    NP1: {
      title: 'map the controller memory buffer', reads: [...RESOURCE_READS, ...every(ioQueues.place)], writes: [...RESOURCE_TERMS, ...every(p2pPools.published)], to: ['done'],
      run: () => {
        if (ioQueues.place.get(ioQueues.$.row(T.node.v, ADMIN_QUEUE)) !== 0) return fail(ERRNO.EBUSY);
        mapBuffer(T.node.v);
      },
    },
    NP2: {
      title: 'give one queue its memory', reads: [...POOL_READS, ...every(p2pAllocations.pageCount)], writes: [...POOL_TERMS, ...every(ioQueues.place)],
      run: () => {
        placeQueue(T.node.v, T.queue.v);
        T.queue.v += 1;
      },
      again: () => T.queue.v <= lastQueue(), costNs: () => kernel.costs.registerNs,
    },
    NP3: {
      title: 'lend it host memory, and tell it', reads: LEND_READS, writes: LEND_TERMS,
      run: () => {
        lendMemory(T.node.v, T.host.v);
        letUse(T.node.v, true);
      },
    },
    NP4: {
      title: 'bound', writes: every(drivers.state), to: ['done'],
      run: () => {
        drivers.state.set(drivers.$.row(T.node.v), drivers.state.valueOf('bound'));
        return done();
      },
    },
  },
});
