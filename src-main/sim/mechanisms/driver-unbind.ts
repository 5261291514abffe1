import { arena } from '@shared/state/arena';
import { gpus } from '@shared/state/device-memory-tables';
import type { Row } from '@shared/state/dictionary';
import { ioQueues, lentMemory } from '@shared/state/p2p-tables';
import { drivers, p2pPools, pgmaps } from '@shared/state/pgmap-tables';
import { files, filesystems } from '@shared/state/tables';
import { emit } from '../engine/events';
import { mechanism } from '../engine/mechanism';
import { at, every, frame } from '../engine/place';
import { call, done, site } from '../engine/step';
import { kernel } from '../kernel';
import { UNMAP_FILE_READS, UNMAP_TERMS, zapRange } from './address-space';
import { ALL_PAGES, changeWatchedFile, FILE_CHANGE, hasWatchedEntries, WATCHED_READS } from './change-watched-file';
import { windowsOn } from './file-windows';
import { DROP_READS, DROP_TERMS } from './folio-counts';
import { emptyDevice } from './evict-device';
import { isLent, LEND_TERMS, letUse, takeBack } from './host-memory-buffer';
import { memunmap } from './memunmap';
import { queueAllocation } from './nvme-probe';
import { giveBack, POOL_TERMS, poolOf } from './p2p-pool';
import { PGMAP, pgmapsOf } from './pgmap';

/** `node` is the index of the device. */
const T = frame('node', 'host', 'driver', 'pgmap', 'gpu', 'file');

const remove = site(memunmap, T.pgmap, T.host);
const tell = site(changeWatchedFile, T.file, 0, ALL_PAGES, FILE_CHANGE.unmap, 0);
const empty = site(emptyDevice, T.gpu, T.host);

const memoriesOf = (): readonly number[] => kernel.memories.flatMap((memory, nth) => (memory.node === kernel.nodes[T.node.v] ? [nth] : []));
const livePgmap = (): Row => memoriesOf().flatMap(pgmapsOf).find(row => pgmaps.state.get(row) === PGMAP.live) ?? 0;

/** File systems whose blocks are frames of the device: DAX, device-dax, the file that maps a BAR. */
function filesystemsOn(): readonly Row[] {
  const inside = (pfn: number): boolean => memoriesOf().some(nth => pfn >= kernel.memories[nth].firstPfn && pfn < kernel.memories[nth].firstPfn + kernel.memories[nth].pageCount);
  return filesystems.$.rows(arena).filter(fs => inside(filesystems.firstPfn.get(fs)));
}

/** Files whose pages are on the device: accesses are SIGBUS from now on. */
function lostFiles(): readonly Row[] {
  const lost = filesystemsOn();
  return files.$.rows(arena).filter(file => lost.includes(files.fs.get(file)));
}

/** Takes away every page-table entry that points at the device. Private copies stay. */
function unmapEverywhere(): void {
  for (const file of lostFiles()) {
    for (const { process, vpn, pages } of windowsOn(file, 0, ALL_PAGES)) emit('range-unmapped', process, vpn, zapRange(process, vpn, pages, false));
  }
}

/**
 * Unbinds the driver of a device. Nothing waits for holders but what a pgmap counts (spec 2.6): for DAX memory that was each page up to
 * 5.17 and is nobody since; peer-to-peer memory must come back first, device-private memory must be empty.
 */
export const driverUnbind = mechanism({
  name: 'driver-unbind',
  source: 'spec 2.6, 7.1; drivers/dax/bus.c kill_dev_dax(), drivers/nvdimm/pmem.c, drivers/pci/p2pdma.c pci_p2pdma_release(), drivers/nvme/host/pci.c nvme_remove() (6.1, 6.12, 6.19)',
  frame: T,
  order: 'UB1 UB2 UB3 UB3e UB4 UB5 UB3h UB3f',
  steps: {
    UB1: {
      title: 'the device is dead: nothing new is mapped or found', to: ['done'], costNs: () => kernel.costs.syscallNs,
      reads: every(drivers.state), writes: every(drivers.state, p2pPools.published, filesystems.lost),
      run: () => {
        T.driver.v = drivers.$.row(T.node.v);
        if (drivers.state.get(T.driver.v) !== drivers.state.valueOf('bound')) return done();
        drivers.state.set(T.driver.v, drivers.state.valueOf('unbinding'));
        for (const memory of memoriesOf()) if (kernel.memories[memory].type === 'p2pdma') p2pPools.published.set(poolOf(memory), 0);
        for (const fs of filesystemsOn()) filesystems.lost.set(fs, 1);
      },
    },
    UB2: {
      title: 'unmap what user space has mapped', reads: [...UNMAP_FILE_READS, ...WATCHED_READS, ...DROP_READS], writes: [...UNMAP_TERMS, ...DROP_TERMS, ...every(p2pPools.mappable)], calls: [tell], to: ['UB2'], costNs: () => kernel.costs.unmapNs,
      run: go => {
        for (const memory of memoriesOf()) if (kernel.memories[memory].type === 'p2pdma') p2pPools.mappable.set(poolOf(memory), 0);
        T.file.v = lostFiles().find(file => hasWatchedEntries(file, 0, ALL_PAGES, FILE_CHANGE.unmap)) ?? 0;
        if (T.file.v !== 0) return call(tell, go.UB2);
        unmapEverywhere();
        return undefined;
      },
    },
    UB3: {
      title: 'take the queues out of the buffer', reads: every(ioQueues.place, lentMemory.pageCount, pgmaps.state), writes: [...POOL_TERMS, ...every(ioQueues.place, p2pPools.state)], to: ['UB3e', 'UB3h'],
      run: go => {
        for (const queue of ioQueues.$.rows(arena)) {
          if (ioQueues.drive.get(queue) !== T.node.v) continue;
          giveBack(queueAllocation(T.node.v, ioQueues.nth.get(queue)));
          ioQueues.place.set(queue, 0);
        }
        for (const memory of memoriesOf()) if (kernel.memories[memory].type === 'p2pdma') p2pPools.state.set(poolOf(memory), p2pPools.state.valueOf('gone'));
        return isLent(T.node.v) ? go.UB3h : go.UB3e;
      },
    },
    UB3e: {
      title: 'give what the device has back to RAM', calls: [empty],
      run: () => {
        T.gpu.v = gpus.$.rows(arena).find(gpu => memoriesOf().includes(gpus.memory.get(gpu))) ?? 0;
        return T.gpu.v === 0 ? undefined : call(empty);
      },
    },
    UB4: {
      title: 'remove one registered range', reads: every(pgmaps.state), calls: [remove], to: ['UB4', 'UB5'],
      run: go => {
        T.pgmap.v = livePgmap();
        return T.pgmap.v === 0 ? go.UB5 : call(remove, go.UB4);
      },
    },
    UB5: {
      title: 'unbound', writes: [at(drivers.state, T.driver)], to: ['done'],
      run: () => {
        drivers.state.set(T.driver.v, drivers.state.valueOf('unbound'));
        emit('driver-unbound', T.node.v);
        return done();
      },
    },
    UB3h: { title: 'the drive lets go of the host memory that was lent to it', reads: every(lentMemory.pageCount), writes: every(lentMemory.inUse), run: () => { letUse(T.node.v, false); } },
    UB3f: {
      title: 'free that memory', writes: LEND_TERMS, to: ['UB3e'],
      run: go => {
        takeBack(T.node.v);
        return go.UB3e;
      },
    },
  },
});
