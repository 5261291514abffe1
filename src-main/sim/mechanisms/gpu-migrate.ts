import { ERRNO } from '@shared/domain/errno';
import { gpuSpaces, migrations } from '@shared/state/device-memory-tables';
import type { Row } from '@shared/state/dictionary';
import { intervals } from '@shared/state/notifier-tables';
import { actors, hosts, mappings, processes } from '@shared/state/tables';
import { emit } from '../engine/events';
import { answer, machine } from '../engine/machine';
import { mechanism } from '../engine/mechanism';
import { at, every, frame } from '../engine/place';
import { call, done, fail, site } from '../engine/step';
import { kernel } from '../kernel';
import { ENTRY_READS, forEachEntry, LOOKUP_READS, mappingAt, PTE } from './address-space';
import { gpuOfFrame } from './device-memory';
import { evictDevice } from './evict-device';
import { GPU_PTE, mapOnGpu, subscribe, SUBSCRIBE_TERMS } from './gpu-space';
import { migrateCopy } from './migrate-copy';
import { migratePages } from './migrate-pages';
import { migrateCollect, migrateUnmap } from './migrate-setup';
import { closeMigration, MIGRATION_TERMS, SELECT } from './migration-records';

/** `isOut` is 1 from the device to RAM; `evicts` is 1 where the device makes room by evicting what it has. */
const T = frame('process', 'vpn', 'pages', 'gpu', 'isOut', 'evicts', 'host', 'here', 'run', 'selects', 'migration', 'moved', 'interval', 'errno');

const collect = site(migrateCollect, T.migration, T.process, T.here, T.run, T.gpu, T.selects, 0);
const unmap = site(migrateUnmap, T.migration, T.host);
const copy = site(migrateCopy, T.migration, T.host, T.gpu, T.isOut);
const evict = site(evictDevice, T.gpu, T.host);
const move = site(migratePages, T.migration, T.host, T.gpu);

const mmapLock = at(processes.mmapLock, T.process);
const end = (): number => T.vpn.v + T.pages.v;

/** Pages of a range that the device has; by runs. */
function forEachOnDevice(visit: (vpn: number, pfn: number, pages: number, pte: number) => void): void {
  forEachEntry(T.process.v, T.vpn.v, T.pages.v, ({ vpn, pfn, pages, pte }) => {
    const isPresent = pte === PTE.privateRead || pte === PTE.privateWrite || pte === PTE.read || pte === PTE.write;
    if (isPresent && gpuOfFrame(pfn) === T.gpu.v) visit(vpn, pfn, pages, pte);
  });
}

function pagesOnDevice(): number {
  let count = 0;
  forEachOnDevice((_vpn, _pfn, pages) => { count += pages; });
  return count;
}

/** What the device may do with pages of its own that have just arrived. */
function mapArrived(space: Row): void {
  forEachOnDevice((vpn, pfn, pages, pte) => { mapOnGpu(space, vpn, pfn, pages, pte === PTE.privateWrite || pte === PTE.write ? GPU_PTE.write : GPU_PTE.read); });
}

/**
 * A driver moves a range to its device, or back: setup, copy, pages and finalize for each mapping of the range. Answers how many pages moved. EINVAL
 * where something of the range is not mapped or may not move; ENOENT where afterwards the device has none of what it was to get.
 */
export const gpuMigrate = mechanism({
  name: 'gpu-migrate',
  source: 'spec 8.2; lib/test_hmm.c dmirror_migrate_to_device(), dmirror_migrate_to_system() (6.19)',
  frame: T,
  order: 'DM1 DM2 DM3 DM4 DM5 DM6 DM7 DM8 DM9 DM10',
  steps: {
    DM1: {
      title: 'take mmap_lock shared', takes: mmapLock, shared: true, costNs: () => kernel.costs.syscallNs, reads: every(intervals.pageCount), writes: SUBSCRIBE_TERMS,
      run: () => {
        T.host.v = processes.host.get(T.process.v);
        T.interval.v = subscribe(T.process.v, T.gpu.v);
        T.here.v = T.vpn.v;
        T.migration.v = migrations.$.row(actors.nth.get(machine.self), 0);
        T.selects.v = (T.isOut.v === 1 ? SELECT.private + SELECT.coherent : SELECT.system) + (kernel.policy.deviceMigration.movesHuge ? SELECT.compound : 0);
      },
    },
    DM2: {
      title: 'find the next mapping and collect its pages', reads: [...LOOKUP_READS, at(processes.mmapLock, T.process)], calls: [collect], to: ['DM8', 'DM9'],
      run: go => {
        if (T.here.v === end()) return go.DM8;
        const mapping = mappingAt(T.process.v, T.here.v);
        if (mapping === 0) {
          T.errno.v = ERRNO.EINVAL;
          return go.DM9;
        }
        T.run.v = Math.min(end(), mappings.vpnFirst.get(mapping) + mappings.pageCount.get(mapping)) - T.here.v;
        return call(collect);
      },
    },
    DM3: {
      title: 'unmap them', calls: [unmap], to: ['DM9'],
      run: go => {
        T.errno.v = answer.result < 0 ? answer.errno : 0;
        return T.errno.v === 0 ? call(unmap) : go.DM9;
      },
    },
    DM4: { title: 'allocate at the destination and copy', calls: [copy], run: () => call(copy) },
    DM5: {
      title: 'no room? Make some', calls: [evict], to: ['DM6', 'DM7'],
      run: go => (answer.result > 0 && T.isOut.v === 0 && T.evicts.v === 1 ? call(evict, go.DM6) : go.DM7),
    },
    DM6: { title: 'allocate once more and copy', calls: [copy], run: () => call(copy) },
    DM7: { title: 'the copies are the pages now', calls: [move], run: () => call(move) },
    DM8: {
      title: 'on to the next mapping', writes: MIGRATION_TERMS, to: ['DM2', 'DM9'],
      run: go => {
        if (T.here.v === end()) return go.DM9;
        T.moved.v += answer.result;
        closeMigration(T.migration.v);
        T.here.v += T.run.v;
        return go.DM2;
      },
    },
    DM9: {
      title: 'map on the device what it has now', takes: at(intervals.lock, T.interval), drops: [at(intervals.lock, T.interval)],
      reads: [...ENTRY_READS, ...every(hosts.use)], writes: every(gpuSpaces.pte, gpuSpaces.pfnDelta),
      run: () => { mapArrived(intervals.subscriber.get(T.interval.v)); },
    },
    DM10: {
      title: 'drop mmap_lock', drops: [mmapLock], to: ['done'], reads: ENTRY_READS,
      run: () => {
        emit('range-migrated', T.process.v, T.vpn.v, T.pages.v, T.moved.v);
        if (T.errno.v !== 0) return fail(T.errno.v);
        return T.moved.v === 0 && T.isOut.v === 0 && pagesOnDevice() === 0 ? fail(ERRNO.ENOENT) : done(T.moved.v);
      },
    },
  },
});
