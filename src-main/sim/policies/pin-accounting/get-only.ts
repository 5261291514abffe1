import { source } from '@shared/domain/source';
import type { PinAccounting } from '../policy';

export const getOnly: PinAccounting = {
  axis: 'pin-accounting',
  id: 'get-only',
  title: 'A pin is a reference like any other',
  doc: 'get_user_pages() takes plain references; whether a device may still write to a page cannot be asked.',
  era: 'up to 5.5',
  source: source('include/linux/mm.h put_user_page() (5.4); spec 1.3, 1.9', 'V'),
  smallPin: 'reference',
  largePin: 'reference',
  countsPins: false,
};
