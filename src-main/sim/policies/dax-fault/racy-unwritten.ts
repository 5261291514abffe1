import { source } from '@shared/domain/source';
import { legacyDaxFault } from '../../mechanisms/legacy-dax-fault';
import type { DaxFault } from '../policy';

export const racyUnwritten: DaxFault = {
  axis: 'dax-fault',
  id: 'racy-unwritten',
  title: 'Faults do not wait for each other; unwritten blocks are zeroed in the fault',
  doc: 'Two write faults on one unwritten block both zero it; the second wipes the store of the first.',
  era: '4.0 to 4.3',
  source: source('fs/dax.c __dax_fault(), dax_insert_mapping() (4.2, 4.3); thread of 28 Sep 2015; spec 3.2', 'V', 'S'),
  fault: legacyDaxFault('legacy-dax-fault', false),
  serialises: 'nothing',
  zeroes: 'in-fault',
};
