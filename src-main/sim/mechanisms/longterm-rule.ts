import { ERRNO } from '@shared/domain/errno';
import { arena } from '@shared/state/arena';
import type { Row } from '@shared/state/dictionary';
import { actors, files, filesystems, hosts, mappings } from '@shared/state/tables';
import { leases } from '@shared/state/vfs-tables';
import { assume } from '../engine/assume';
import { every } from '../engine/place';
import { kernel } from '../kernel';
import { KIND } from './allocate-blocks';
import { isLive, KIND_OF_LEASE, LEASE_READS } from './lease-records';

/** What the rules of this file read. */
export const LONGTERM_READS = [
  ...LEASE_READS, ...every(leases.unlockPending, leases.holder, files.pinnable, files.kind, files.blockDelta, hosts.sharers, mappings.sync, mappings.file, mappings.fileFirst, mappings.vpnFirst, mappings.pageCount),
];

/** A page of a mapping that somebody wants to pin for the long term. */
export interface LongtermWish {
  readonly process: Row;
  readonly mapping: Row;
  readonly vpn: number;
  readonly isWrite: boolean;
}

/**
 * Rules 2 and 4 of check_vma_flags() for the mapping of a file whose file system has a layout and tracks dirty pages (spec 1.5,
 * 5.2): errno, or 0 if the policy lets the long-term pin pass.
 */
export function longtermRefusal(wish: LongtermWish): number {
  const file = mappings.file.get(wish.mapping);
  const isSharedWrite = wish.isWrite && mappings.shared.get(wish.mapping) === 1 && mappings.writable.get(wish.mapping) === 1;
  return kernel.policy.longtermFilePin.refusesFiles ? ERRNO.EOPNOTSUPP : files.dax.get(file) === 1 ? daxRefusal(wish) : cacheRefusal(file, isSharedWrite);
}

/** Which errno a file system or a missing lease would answer with nobody said. */
function daxRefusal(wish: LongtermWish): number {
  const file = mappings.file.get(wish.mapping);
  switch (kernel.policy.longtermFilePin.fsdax) {
    case 'allow': return 0;
    case 'deny': return ERRNO.EOPNOTSUPP;
    case 'ask-fs': return refusedUnless(permits(file, wish));
    case 'needs-lease': return refusedUnless(hasLayoutLease(wish.process, file));
    case 'needs-map-sync':
      if (mappings.sync.get(wish.mapping) === 0) assume();
      return 0;
  }
}

/** A device would dirty pages behind the file system’s back (spec 9.5). */
function cacheRefusal(file: Row, isSharedWrite: boolean): number {
  const { cacheSharedWrite } = kernel.policy.longtermFilePin;
  // The rule came with 6.5 as one of pins, and as one of writeback (spec 5.2, 9.6).
  if (isSharedWrite && kernel.policy.writebackVsPin.deniesLongterm) return ERRNO.EFAULT;
  if (!isSharedWrite || cacheSharedWrite === 'allow') return 0;
  return cacheSharedWrite === 'deny' ? ERRNO.EFAULT : refusedUnless(files.pinnable.get(file) === 1);
}

function refusedUnless(isAllowed: boolean): number {
  if (!isAllowed) assume();
  return isAllowed ? 0 : ERRNO.EOPNOTSUPP;
}

/** The contract of spec 5.4: the file is marked pinnable, the block is written and not shared. */
function permits(file: Row, { mapping, vpn }: LongtermWish): boolean {
  const index = mappings.fileFirst.get(mapping) + vpn - mappings.vpnFirst.get(mapping);
  if (files.pinnable.get(file) === 0 || files.kind.at(file, index) !== KIND.written) return false;
  return hosts.sharers.at(filesystems.host.get(files.fs.get(file)), index + files.blockDelta.at(file, index)) === 0;
}

/** Whether a thread of the process has a layout lease on the file that nobody asks back (LL2). */
const hasLayoutLease = (process: Row, file: Row): boolean => leases.$.rows(arena).some(lease =>
  leases.kind.get(lease) === KIND_OF_LEASE.layout && leases.file.get(lease) === file && leases.unlockPending.get(lease) === 0 && isLive(lease)
  && actors.process.get(leases.holder.get(lease)) === process);
