import { source } from '@shared/domain/source';
import { daxFault } from '../../mechanisms/dax-fault';
import type { DaxFault } from '../policy';

export const both: DaxFault = {
  axis: 'dax-fault',
  id: 'both',
  title: 'Entry lock, and zeroing at allocation',
  doc: 'A fault locks the DAX entry of its page; blocks are zeroed before the transaction that gives them to the file commits.',
  era: '4.7 and later',
  source: source('fs/dax.c grab_mapping_entry(), fs/xfs/xfs_iomap.c (6.19); spec 3.3, 3.4', 'V', 'O'),
  fault: daxFault,
  serialises: 'entry',
  zeroes: 'before-commit',
};
