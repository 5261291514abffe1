import { ERRNO } from '@shared/domain/errno';
import { migrations } from '@shared/state/device-memory-tables';
import { actors, hosts } from '@shared/state/tables';
import { answer, machine } from '../engine/machine';
import { mechanism } from '../engine/mechanism';
import { every, frame } from '../engine/place';
import { call, done, fail, site } from '../engine/step';
import { gpuOfFrame } from './device-memory';
import { migrateCopy } from './migrate-copy';
import { migratePages } from './migrate-pages';
import { migrateUnmap } from './migrate-setup';
import { closeMigration, MIGRATION_TERMS, openMigration, setStage, STAGE } from './migration-records';

/** `pfn` is a page of coherent memory on which the caller has one plain reference, counted in `hosts.moving`: the mover's, and gone afterwards. */
const T = frame('pfn', 'host', 'gpu', 'migration');

const unmap = site(migrateUnmap, T.migration, T.host);
const copy = site(migrateCopy, T.migration, T.host, T.gpu, 1);
const move = site(migratePages, T.migration, T.host, 0);

/** migrate_device_coherent_folio(): a page that was to be pinned for long moves to RAM first. EBUSY where it does not. */
export const migrateCoherent = mechanism({
  name: 'migrate-coherent',
  source: 'spec 8.8; mm/migrate_device.c migrate_device_coherent_folio() (6.19)',
  frame: T,
  order: 'CP1 CP2 CP3 CP4 CP5',
  steps: {
    CP1: {
      title: 'lock the page', when: () => hosts.locked.at(T.host.v, T.pfn.v) === 0, waitsFor: { kind: 'folio-lock', pfn: 'pfn' },
      reads: every(hosts.locked), writes: [...MIGRATION_TERMS, ...every(hosts.locked)],
      run: () => {
        T.gpu.v = gpuOfFrame(T.pfn.v);
        T.migration.v = migrations.$.row(actors.nth.get(machine.self), 0);
        openMigration(T.migration.v, 0, T.pfn.v, 1, 0);
        setStage(T.migration.v, 0, 1, STAGE.collected);
        migrations.fromDelta.assign(T.migration.v, 0, 1, T.pfn.v);
        hosts.locked.assign(T.host.v, T.pfn.v, 1, actors.nth.get(machine.self) + 1);
      },
    },
    CP2: { title: 'unmap it', calls: [unmap], run: () => call(unmap) },
    CP3: { title: 'allocate RAM and copy', calls: [copy], run: () => call(copy) },
    CP4: { title: 'the copy is the page now', calls: [move], run: () => call(move) },
    CP5: {
      title: 'answer whether it moved', writes: MIGRATION_TERMS, to: ['done'],
      run: () => {
        closeMigration(T.migration.v);
        return answer.result === 1 ? done() : fail(ERRNO.EBUSY);
      },
    },
  },
});
