import { source } from '@shared/domain/source';
import type { DeviceMigration } from '../policy';

export const noMigration: DeviceMigration = {
  axis: 'device-migration',
  id: 'none',
  title: 'There is no migrate_vma',
  doc: 'Asking for a migration to device memory is an error of the lab.',
  era: 'up to 4.13',
  source: source('mm/migrate.c before migrate_vma() (4.14); spec 8', 'M'),
  isAvailable: false,
  movesHuge: false,
};
