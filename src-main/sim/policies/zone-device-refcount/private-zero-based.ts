import { source } from '@shared/domain/source';
import type { ZoneDeviceRefcount } from '../policy';

export const privateZeroBased: ZoneDeviceRefcount = {
  axis: 'zone-device-refcount',
  id: 'private-zero-based',
  title: 'Device-private pages are zero-based, DAX pages still one-based',
  doc: 'Device memory that the CPU cannot reach has count 0 when free; a DAX page is idle at 1 and its mappings do not count.',
  era: '5.18 to 6.14',
  source: source('mm/memremap.c free_zone_device_page(), __put_devmap_managed_page_refs() (6.1, 6.13); spec 2.2', 'V'),
  idleRefs: 1,
  mappingsCount: false,
  privateFreeRefs: 0,
  p2pFreeRefs: 1,
  breakDeletesEntries: false,
  evictionWaits: false,
  pmdEntryIsFolio: false,
  pagesHoldPgmap: false,
};
