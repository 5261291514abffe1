import { source } from '@shared/domain/source';
import { daxFault } from '../../mechanisms/dax-fault';
import type { DaxFault } from '../policy';

export const zeroAfterCommit: DaxFault = {
  axis: 'dax-fault',
  id: 'zero-after-commit',
  title: 'Blocks are zeroed after the transaction committed',
  doc: 'Cheaper under the lock, but a crash between commit and zeroing exposes what the block held before.',
  era: 'strawman',
  source: source('rejected in a comment of fs/xfs/xfs_iomap.c xfs_iomap_write_direct() (6.19); spec 3.3, 3.8', 'V'),
  fault: daxFault,
  serialises: 'entry',
  zeroes: 'after-commit',
};
