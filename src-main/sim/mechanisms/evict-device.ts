import { gpus, migrations } from '@shared/state/device-memory-tables';
import { actors, hosts } from '@shared/state/tables';
import { emit } from '../engine/events';
import { answer, machine } from '../engine/machine';
import { mechanism } from '../engine/mechanism';
import { at, every, frame } from '../engine/place';
import { call, done, site } from '../engine/step';
import { kernel } from '../kernel';
import { memoryOfGpu } from './device-memory';
import { ALLOCATE_TERMS, freeFrames, USE } from './frames';
import { migrateCopy } from './migrate-copy';
import { migratePages } from './migrate-pages';
import { migrateUnmap } from './migrate-setup';
import { closeMigration, MIGRATION_TERMS, openMigration, setStage, STAGE, takeSource } from './migration-records';

const T = frame('gpu', 'host', 'migration');

const unmap = site(migrateUnmap, T.migration, T.host);
const copy = site(migrateCopy, T.migration, T.host, T.gpu, 1);
const move = site(migratePages, T.migration, T.host, 0);

/** Collects every page of the device that is in use and that nobody has locked: by frame, without any address space. */
function collectFrames(): void {
  const { firstPfn, pageCount } = memoryOfGpu(T.gpu.v);
  openMigration(T.migration.v, 0, firstPfn, pageCount, 0);
  const end = firstPfn + pageCount;
  for (let pfn = firstPfn; pfn < end;) {
    const next = Math.min(end, ...[hosts.use, hosts.locked, hosts.refs, hosts.order].map(field => field.runEnd(T.host.v, pfn)));
    if (hosts.use.at(T.host.v, pfn) === USE.device && hosts.locked.at(T.host.v, pfn) === 0 && hosts.refs.at(T.host.v, pfn) > kernel.policy.zoneDeviceRefcount.privateFreeRefs) {
      takeSource(T.host.v, pfn, next - pfn);
      setStage(T.migration.v, pfn - firstPfn, next - pfn, STAGE.collected);
      migrations.fromDelta.assign(T.migration.v, pfn - firstPfn, next - pfn, firstPfn);
      if (hosts.order.at(T.host.v, pfn) > 0) migrations.whole.assign(T.migration.v, pfn - firstPfn, next - pfn, 1);
    }
    pfn = next;
  }
}

/** Moves everything that a device has to RAM, as far as nobody holds or locks it. Answers pages moved. */
export const evictDevice = mechanism({
  name: 'evict-device',
  source: 'spec 8.6; lib/test_hmm.c dmirror_device_evict_chunk(), mm/migrate_device.c migrate_device_range() (6.19)',
  frame: T,
  order: 'EV1 EV2 EV3 EV4 EV5',
  steps: {
    EV1: {
      title: 'lock and reference what is in use, by frame', reads: every(hosts.use, hosts.order), writes: [...MIGRATION_TERMS, ...every(hosts.locked, hosts.refs, hosts.moving)],
      run: () => {
        T.migration.v = migrations.$.row(actors.nth.get(machine.self), 1);
        collectFrames();
      },
    },
    EV2: { title: 'unmap it', calls: [unmap], run: () => call(unmap) },
    EV3: { title: 'allocate RAM and copy', calls: [copy], run: () => call(copy) },
    EV4: { title: 'the copies are the pages now', calls: [move], run: () => call(move) },
    EV5: {
      title: 'answer how many pages moved', writes: MIGRATION_TERMS, to: ['done'],
      run: () => {
        emit('device-evicted', T.gpu.v, answer.result);
        closeMigration(T.migration.v);
        return done(answer.result);
      },
    },
  },
});

const A = frame('gpu', 'host', 'moved');

const evict = site(evictDevice, A.gpu, A.host);

/** First frame of the device in use from `from` on that passes; −1 if there is none. */
function usedFrame(passes: (pfn: number) => boolean): number {
  const { firstPfn, pageCount } = memoryOfGpu(A.gpu.v);
  for (let pfn = firstPfn; pfn < firstPfn + pageCount; pfn = Math.min(...[hosts.use, hosts.locked, hosts.refs, hosts.maps].map(field => field.runEnd(A.host.v, pfn)))) {
    if (hosts.use.at(A.host.v, pfn) === USE.device && passes(pfn)) return pfn;
  }
  return -1;
}

/** Nobody has it but those that map it: the next round moves it. */
const isFree = (pfn: number): boolean =>
  hosts.locked.at(A.host.v, pfn) === 0 && hosts.refs.at(A.host.v, pfn) === kernel.policy.zoneDeviceRefcount.privateFreeRefs + hosts.maps.at(A.host.v, pfn);

/**
 * Empties a device before it goes: what was skipped is tried again once it is let go (spec 8.6). Where RAM is full it waits for some: the
 * test driver allocates without fail, so this is the model's choice. Answers pages moved.
 */
export const emptyDevice = mechanism({
  name: 'empty-device',
  source: 'spec 8.6; lib/test_hmm.c dmirror_device_remove_chunks() (6.19)',
  frame: A,
  order: 'ED1 ED2 ED3',
  steps: {
    ED1: { title: 'evict', calls: [evict], run: () => call(evict) },
    ED2: { title: 'count', run: () => { A.moved.v += answer.result; } },
    ED3: {
      title: 'wait until what is left is let go, and try again', to: ['ED1', 'done'],
      when: () => usedFrame(() => true) < 0 || (usedFrame(isFree) >= 0 && freeFrames(A.host.v, { pagesMax: 1 }) !== null), waitsFor: { kind: 'device-empty', gpu: 'gpu' },
      reads: [at(gpus.served, A.gpu), ...ALLOCATE_TERMS, ...every(hosts.use, hosts.locked, hosts.refs, hosts.maps)],
      run: go => (usedFrame(() => true) < 0 ? done(A.moved.v) : go.ED1),
    },
  },
});
