import { source } from '@shared/domain/source';
import type { ZoneDeviceRefcount } from '../policy';

export const oneBased: ZoneDeviceRefcount = {
  axis: 'zone-device-refcount',
  id: 'one-based',
  title: 'Free ZONE_DEVICE pages have count 1',
  doc: 'A DAX page is idle at 1. Mapping it does not count; any reference beyond makes it busy.',
  era: '4.5 to 5.17',
  source: source('mm/memremap.c (5.15); thread of 11 Nov 2020; spec 2.2', 'V', 'S'),
  idleRefs: 1,
  mappingsCount: false,
  privateFreeRefs: 1,
  p2pFreeRefs: 1,
  breakDeletesEntries: false,
  evictionWaits: false,
  pmdEntryIsFolio: false,
  pagesHoldPgmap: true,
};
