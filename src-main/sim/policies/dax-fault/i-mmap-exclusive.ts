import { source } from '@shared/domain/source';
import { legacyDaxFault } from '../../mechanisms/legacy-dax-fault';
import type { DaxFault } from '../policy';

export const iMmapExclusive: DaxFault = {
  axis: 'dax-fault',
  id: 'i_mmap-exclusive',
  title: 'Faults hold i_mmap exclusively',
  doc: 'The whole fault runs under the reverse-map lock, which a truncate takes inside its transaction: a lock order inversion.',
  era: '4.3-rc',
  source: source('thread of 28 Sep 2015 (fix deadlock in __dax_fault); 4.3 has the shared lock again; the exact historical cycle is not known; spec 3.2', 'S', 'X', 'unknown'),
  fault: legacyDaxFault('legacy-dax-fault/i_mmap', true),
  serialises: 'i_mmap',
  zeroes: 'in-fault',
};
