import { source } from '@shared/domain/source';
import type { PinAccounting } from '../policy';

export const bias: PinAccounting = {
  axis: 'pin-accounting',
  id: 'bias',
  title: 'A pin adds 1024 to the refcount, of large folios too',
  doc: 'One field serves references and pins; a folio with 1024 references looks pinned.',
  era: '5.6 proposal stage',
  source: source('5.7-era scheme; spec 1.9', 'M', 'X'),
  smallPin: 'bias',
  largePin: 'bias',
  countsPins: true,
};
