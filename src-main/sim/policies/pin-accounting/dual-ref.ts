import { source } from '@shared/domain/source';
import type { PinAccounting } from '../policy';

export const dualRef: PinAccounting = {
  axis: 'pin-accounting',
  id: 'dual-ref',
  title: 'Pins have a count of their own; the first holds a reference',
  doc: 'gupcount is exact and has no false positives, at the price of a field in every struct page.',
  era: 'proposed 2019, not shipped',
  source: source('thread of 16 Apr 2019 (Harrosh); spec 1.9', 'S'),
  smallPin: 'gupcount',
  largePin: 'gupcount',
  countsPins: false,
};
