import { source } from '@shared/domain/source';
import type { ZoneDeviceRefcount } from '../policy';

export const zeroBased: ZoneDeviceRefcount = {
  axis: 'zone-device-refcount',
  id: 'zero-based',
  title: 'DAX pages are counted like any page: free at 0',
  doc: 'A DAX page is idle at 0, each mapping holds a reference, and the wake-up fires only when the count reaches 0.',
  era: '6.15 and later',
  source: source('include/linux/dax.h dax_page_is_idle(), mm/memremap.c free_zone_device_folio() (6.19); spec 2.2', 'V'),
  idleRefs: 0,
  mappingsCount: true,
  privateFreeRefs: 0,
  p2pFreeRefs: 0,
  breakDeletesEntries: true,
  evictionWaits: true,
  pmdEntryIsFolio: true,
  pagesHoldPgmap: false,
};
