import { source } from '@shared/domain/source';
import { daxFault } from '../../mechanisms/dax-fault';
import type { DaxFault } from '../policy';

export const entryLock: DaxFault = {
  axis: 'dax-fault',
  id: 'entry-lock',
  title: 'A fault locks the DAX entry of its page',
  doc: 'Faults on one page go one after the other; the second asks the file system again after it has the entry.',
  era: '4.7 and later',
  source: source('fs/dax.c grab_mapping_entry() (4.14, 6.19); spec 3.4', 'V'),
  fault: daxFault,
  serialises: 'entry',
  zeroes: 'in-fault',
};
