/** Errnos the lab can answer with, by their Linux numbers (spec 0.5; include/uapi/asm-generic/errno*.h). */
export const ERRNO = {
  EPERM: 1, ENOENT: 2, EINTR: 4, EIO: 5, ENXIO: 6, EBADF: 9, ECHILD: 10, EAGAIN: 11, ENOMEM: 12, EACCES: 13, EFAULT: 14, EBUSY: 16, EEXIST: 17, EXDEV: 18, ENODEV: 19,
  EISDIR: 21, EINVAL: 22, EMFILE: 24, ETXTBSY: 26, ENOSPC: 28, EROFS: 30, EPIPE: 32, ENOLCK: 37, EOPNOTSUPP: 95, EREMOTEIO: 121,
} as const;

export type ErrnoName = keyof typeof ERRNO;

const NAMES = new Map<number, ErrnoName>(Object.entries(ERRNO).map(([name, value]) => [value, name as ErrnoName]));

/** "ETXTBSY" for 26; numbers outside the table are shown as they are. */
export const errnoName = (errno: number): string => NAMES.get(errno) ?? String(errno);
