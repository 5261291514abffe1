import { source } from '@shared/domain/source';
import type { PinAccounting } from '../policy';

export const biasPincount: PinAccounting = {
  axis: 'pin-accounting',
  id: 'bias+pincount',
  title: 'A pin adds 1024 to a small page’s refcount, 1 to a large folio’s pincount',
  doc: 'Pins can be told from references, exactly for large folios, with rare false positives for small pages.',
  era: '5.7 and later',
  source: source('mm/gup.c try_grab_folio(), include/linux/mm.h folio_maybe_dma_pinned() (6.19); spec 1.2', 'V'),
  smallPin: 'bias',
  largePin: 'pincount',
  countsPins: true,
};
