import { ERRNO } from '@shared/domain/errno';
import { p2pPools } from '@shared/state/pgmap-tables';
import { hosts, mappings, processes } from '@shared/state/tables';
import { mechanism } from '../engine/mechanism';
import { at, every, frame } from '../engine/place';
import { done, fail } from '../engine/step';
import { kernel } from '../kernel';
import { mapFrames, PTE, PTE_TERMS } from './address-space';
import { baseRefs } from './memory-types';
import { findSpace, isLive, isPoolLive, POOL_READS, POOL_TERMS, poolOf, takeSpace } from './p2p-pool';

const T = frame('process', 'mapping', 'memory', 'offset', 'vpn', 'pages', 'shared', 'file');

const lock = at(processes.mmapLock, T.process);
const mappingTerms = [mappings.pageCount, mappings.file, mappings.fileFirst, mappings.vpnFirst, mappings.writable, mappings.shared].map(column => at(column, T.mapping));

/** The checks of p2pmem_alloc_mmap(), in its order; 0 lets pass. `first` is where in the BAR the pages lie, −1 nowhere. */
function refusal(first: number): number {
  if (mappings.pageCount.get(T.mapping.v) > 0) return ERRNO.EBUSY;
  // Up to 5.17 a page of a BAR was never mapped, whatever the knob says (spec 2.2).
  if (!kernel.policy.knobs.userP2p || kernel.policy.zoneDeviceRefcount.pagesHoldPgmap) return ERRNO.ENOENT;
  if (T.shared.v === 0 || T.offset.v !== 0) return ERRNO.EINVAL;
  if (!isPoolLive(poolOf(T.memory.v)) || p2pPools.mappable.get(poolOf(T.memory.v)) === 0) return ERRNO.ENODEV;
  if (first < 0) return ERRNO.ENOMEM;
  return isLive(T.memory.v, first) ? 0 : ERRNO.ENODEV;
}

/** mmap(2) of p2pmem/allocate: pages leave the pool, each with one reference that its mapping keeps. No fault brings them in later. */
export const p2pMmap = mechanism({
  name: 'p2p-mmap',
  source: 'spec 7.1; drivers/pci/p2pdma.c p2pmem_alloc_mmap() (6.19)',
  frame: T,
  order: 'PM1 PM2',
  steps: {
    PM1: { title: 'take mmap_lock exclusive', takes: lock, costNs: () => kernel.costs.syscallNs },
    PM2: {
      title: 'take pages out of the pool and map them', drops: [lock], to: ['done'], costNs: () => kernel.costs.unmapNs,
      reads: [...POOL_READS, ...every(p2pPools.mappable, hosts.order), ...mappingTerms], writes: [...POOL_TERMS, ...PTE_TERMS, ...mappingTerms],
      run: () => {
        const first = findSpace(T.memory.v, T.pages.v);
        const errno = refusal(first);
        if (errno !== 0) return fail(errno);
        takeSpace(T.memory.v, first, T.pages.v, 'user');
        const host = processes.host.get(T.process.v);
        const pfn = kernel.memories[T.memory.v].firstPfn + first;
        hosts.refs.add(host, pfn, T.pages.v, -baseRefs('p2pdma'));
        mapFrames(T.process.v, host, T.vpn.v, pfn, T.pages.v, PTE.write);
        mappings.pageCount.set(T.mapping.v, T.pages.v);
        mappings.file.set(T.mapping.v, T.file.v);
        mappings.fileFirst.set(T.mapping.v, first);
        mappings.vpnFirst.set(T.mapping.v, T.vpn.v);
        mappings.writable.set(T.mapping.v, 1);
        mappings.shared.set(T.mapping.v, 1);
        return done();
      },
    },
  },
});
