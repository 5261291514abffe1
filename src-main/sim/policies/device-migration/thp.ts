import { source } from '@shared/domain/source';
import type { DeviceMigration } from '../policy';

export const thp: DeviceMigration = {
  axis: 'device-migration',
  id: 'thp',
  title: 'Huge pages move whole',
  doc: 'A huge page migrates as one folio; where the device has none, it is split and moves page by page.',
  era: 'proposed 2020, shipped 6.19',
  source: source('thread of 11 Nov 2020; mm/migrate_device.c (6.18, 6.19); spec 8.10', 'V', 'S'),
  isAvailable: true,
  movesHuge: true,
};
