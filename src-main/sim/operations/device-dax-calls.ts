import { ERRNO } from '@shared/domain/errno';
import { site } from '../engine/step';
import { deviceDaxRefusal, isDeviceDax } from '../mechanisms/device-dax';
import type { Operation } from './operation';

/** System calls on files that a device-dax character device does not have, and what they answer (spec 2.5). */
const REFUSED: Readonly<Record<string, number>> = { ftruncate: ERRNO.EINVAL, truncate: ERRNO.EINVAL, read: ERRNO.EINVAL, pread: ERRNO.EINVAL, pwrite: ERRNO.EINVAL, fallocate: ERRNO.ENODEV };

/** The operation, which asks the device first where it is one of those. */
export function withDeviceDax(operation: Operation): Operation {
  const errno = REFUSED[operation.word];
  if (errno === undefined) return operation;
  return {
    ...operation,
    lower(read) {
      const lowered = operation.lower(read);
      return isDeviceDax(read.file('file')) ? { ...lowered, call: site(deviceDaxRefusal, errno) } : lowered;
    },
  };
}
