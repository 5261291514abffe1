import { ERRNO } from '@shared/domain/errno';
import { migrations } from '@shared/state/device-memory-tables';
import { actors, hosts, processes } from '@shared/state/tables';
import { emit } from '../engine/events';
import { answer, machine } from '../engine/machine';
import { mechanism } from '../engine/mechanism';
import { every, frame, pagesAt } from '../engine/place';
import { call, done, fail, site } from '../engine/step';
import { kernel } from '../kernel';
import { PTE } from './address-space';
import { DEVICE_PUT_READS, DEVICE_PUT_TERMS, gpuOfFrame } from './device-memory';
import { afterPut } from './folio-counts';
import { folioAt, isPmdAligned, PMD_PAGES } from './folios';
import { migrateCopy } from './migrate-copy';
import { migratePages } from './migrate-pages';
import { migrateCollect, migrateUnmap } from './migrate-setup';
import { closeMigration, MIGRATION_TERMS, SELECT } from './migration-records';
import { noteStaleUse, STALE_TERMS, entryStillMaps } from './unheld-access';

/** `pfn` is the device page that the entry named. */
const T = frame('process', 'vpn', 'pfn', 'gpu', 'host', 'first', 'pages', 'migration', 'missing');

const pte = pagesAt(processes.pte, T.process);
const pfnDelta = pagesAt(processes.pfnDelta, T.process);

const isPrivate = (): boolean => pte.at(T.vpn.v) === PTE.privateRead || pte.at(T.vpn.v) === PTE.privateWrite;
const framed = (): number => T.vpn.v + pfnDelta.at(T.vpn.v);
const takesRef = (): boolean => kernel.policy.knobs.privateFaultTakesRef;

const collect = site(migrateCollect, T.migration, T.process, T.first, T.pages, T.gpu, SELECT.private + SELECT.coherent + SELECT.compound, T.pfn);
const collectUnheld = site(migrateCollect, T.migration, T.process, T.first, T.pages, T.gpu, SELECT.private + SELECT.coherent + SELECT.compound, 0);
const unmap = site(migrateUnmap, T.migration, T.host);
const copy = site(migrateCopy, T.migration, T.host, T.gpu, 1);
const move = site(migratePages, T.migration, T.host, T.gpu);

/** The whole huge page, where the entry is one and the driver can take it so; else the page. */
function chooseRange(): void {
  const isHuge = kernel.policy.deviceMigration.movesHuge && processes.huge.at(T.process.v, T.vpn.v) === 1;
  T.first.v = isHuge ? T.vpn.v - (T.vpn.v % PMD_PAGES) : T.vpn.v;
  T.pages.v = isHuge && isPmdAligned(T.first.v) ? PMD_PAGES : 1;
}

const lockFolio = (owner: number): void => {
  const { first, pageCount } = folioAt(T.host.v, T.pfn.v);
  hosts.locked.assign(T.host.v, first, pageCount, owner);
};

/** What a fault holds while the driver moves the page. */
function countFault(sign: 1 | -1): void {
  const { first, pageCount } = folioAt(T.host.v, T.pfn.v);
  hosts.refs.add(T.host.v, first, pageCount, sign);
  hosts.moving.add(T.host.v, first, pageCount, sign);
}

/**
 * do_swap_page() of a device-private entry: the page's driver moves it back to RAM, then the CPU faults again and finds it there. ENOMEM where there is
 * no RAM. A page that does not move, because somebody holds it, is no error: the CPU comes back, for as long as that lasts.
 */
export const deviceFault = mechanism({
  name: 'device-fault',
  source: 'spec 8.4 CF1–CF5; mm/memory.c do_swap_page(), lib/test_hmm.c dmirror_devmem_fault() (6.19)',
  frame: T,
  order: 'CF1 CF2 CF3 CF4 CF4u CF4c CF4p CF5',
  steps: {
    CF1: {
      title: 'a fault under the lock of its mapping alone comes back with mmap_lock',
      reads: every(processes.host), run: () => { T.host.v = processes.host.get(T.process.v); },
    },
    CF2: {
      title: 'look at the entry again; lock the page and take a reference, unless somebody has it locked', costNs: () => kernel.costs.faultNs, to: ['CF3', 'CF4', 'done'],
      reads: [pte, pfnDelta, ...every(hosts.locked, hosts.order)], writes: every(hosts.locked, hosts.refs, hosts.moving),
      run: go => {
        if (!isPrivate()) return done();
        T.pfn.v = framed();
        T.gpu.v = gpuOfFrame(T.pfn.v);
        if (!takesRef()) return go.CF4;
        if (hosts.locked.at(T.host.v, T.pfn.v) !== 0) return go.CF3;
        lockFolio(actors.nth.get(machine.self) + 1);
        countFault(1);
        return go.CF4;
      },
    },
    CF3: {
      title: 'wait until the page is unlocked, without a reference, and fault again', when: () => hosts.locked.at(T.host.v, T.pfn.v) === 0, waitsFor: { kind: 'folio-lock', pfn: 'pfn' },
      reads: every(hosts.locked), to: ['done'], run: () => done(),
    },
    CF4: {
      title: 'migrate_to_ram: collect the page', calls: [collect, collectUnheld],
      reads: [pte, pfnDelta, ...every(processes.huge)], writes: STALE_TERMS,
      run: () => {
        if (!takesRef() && !entryStillMaps(T.process.v, T.vpn.v, T.pfn.v, 1)) noteStaleUse(T.process.v, T.vpn.v, T.pfn.v, 'faulted on');
        chooseRange();
        T.migration.v = migrations.$.row(actors.nth.get(machine.self), 0);
        return call(takesRef() ? collect : collectUnheld);
      },
    },
    CF4u: { title: 'migrate_to_ram: unmap it', calls: [unmap], to: ['CF5'], run: go => (answer.result < 0 ? go.CF5 : call(unmap)) },
    CF4c: { title: 'migrate_to_ram: allocate RAM and copy', calls: [copy], run: () => call(copy) },
    CF4p: {
      title: 'migrate_to_ram: the copy is the page now', calls: [move],
      run: () => {
        T.missing.v = answer.result;
        return call(move);
      },
    },
    CF5: {
      title: 'unlock the page and let go; the CPU faults again', beginsRound: true, to: ['done'],
      reads: [...MIGRATION_TERMS, ...DEVICE_PUT_READS], writes: [...MIGRATION_TERMS, ...DEVICE_PUT_TERMS, ...every(hosts.locked, hosts.refs, hosts.moving)],
      run: () => {
        closeMigration(T.migration.v);
        if (takesRef()) {
          lockFolio(0);
          const { first, pageCount } = folioAt(T.host.v, T.pfn.v);
          countFault(-1);
          afterPut(T.host.v, first, pageCount);
        }
        emit('device-fault-done', T.process.v, T.vpn.v, T.pfn.v, T.missing.v > 0 ? ERRNO.ENOMEM : 0);
        return T.missing.v > 0 ? fail(ERRNO.ENOMEM) : done();
      },
    },
  },
});
