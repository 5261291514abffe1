import { source } from '@shared/domain/source';
import { legacyDaxFault } from '../../mechanisms/legacy-dax-fault';
import type { DaxFault } from '../policy';

export const zeroAtAllocation: DaxFault = {
  axis: 'dax-fault',
  id: 'zero-at-allocation',
  title: 'Blocks are zeroed when they are allocated',
  doc: 'Allocation converts and zeroes the whole extent under the allocation lock, before its transaction commits: a later fault finds it written and never zeroes.',
  era: 'proposed 2015, XFS 4.4 and later',
  source: source('thread of 28 Sep 2015; fs/xfs/xfs_iomap.c xfs_iomap_write_direct() (4.14, 6.19); spec 3.3', 'V', 'S'),
  fault: legacyDaxFault('legacy-dax-fault', false),
  serialises: 'nothing',
  zeroes: 'before-commit',
};
