import { source } from '@shared/domain/source';
import type { DeviceMigration } from '../policy';

export const fourKibOnly: DeviceMigration = {
  axis: 'device-migration',
  id: '4k-only',
  title: 'Device memory moves in single pages',
  doc: 'migrate_vma splits huge pages before it moves them.',
  era: '4.14 to 6.18',
  source: source('mm/migrate_device.c (6.18); spec 8', 'V'),
  isAvailable: true,
  movesHuge: false,
};
