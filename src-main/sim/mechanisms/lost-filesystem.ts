import { ERRNO } from '@shared/domain/errno';
import type { Row } from '@shared/state/dictionary';
import { files, filesystems } from '@shared/state/tables';
import { every } from '../engine/place';
import { kernel } from '../kernel';

/** What {@link lostErrno} reads. */
export const LOST_READS = every(filesystems.lost);

const EXT4 = filesystems.type.valueOf('ext4');

/** What ext4 of 6.1 answers by call: data calls meet the dead device, the rest a journal that was aborted (spec 16, unbindFsErrno). */
const BY_CALL = { read: ERRNO.ENXIO, write: ERRNO.ENXIO, sync: ERRNO.EIO, change: ERRNO.EROFS } as const;

/** errno of a file call once the driver of the device under the file system was unbound (spec 2.6); 0 while it is there. */
export function lostErrno(file: Row, call: keyof typeof BY_CALL): number {
  const fs = files.fs.get(file);
  if (filesystems.lost.get(fs) === 0) return 0;
  return kernel.policy.knobs.unbindFsErrno === 'by-call' && filesystems.type.get(fs) === EXT4 ? BY_CALL[call] : ERRNO.EIO;
}
