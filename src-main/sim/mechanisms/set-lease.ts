import { ERRNO } from '@shared/domain/errno';
import { arena } from '@shared/state/arena';
import type { Row } from '@shared/state/dictionary';
import { files, processes } from '@shared/state/tables';
import { descriptors, leases, openFiles } from '@shared/state/vfs-tables';
import { emit } from '../engine/events';
import { machine } from '../engine/machine';
import { mechanism } from '../engine/mechanism';
import { at, every, frame } from '../engine/place';
import { done, fail } from '../engine/step';
import { kernel } from '../kernel';
import { expireOverdue, giveUp, isLive, KIND_OF_LEASE, LEASE, LEASE_READS, LEASE_TERMS, setType, targetType } from './lease-records';
import { isOwner, OPEN_READS, readersOf, writersOf } from './open-files';

/** `layout` is 0 for a lease, 1 for a layout lease, 2 for an exclusive one; `type` is the number that fcntl got. */
const T = frame('process', 'descriptor', 'type', 'layout');

/** check_conflicting_open(): a read lease bears no writer, a write lease nobody else at all. */
function isOpenOtherwise(open: Row, file: Row, type: number): boolean {
  if (type === LEASE.read) return writersOf(file) > 0;
  const isWriter = openFiles.writes.get(open) === 1;
  return writersOf(file) !== (isWriter ? 1 : 0) || readersOf(file) !== (isWriter ? 0 : 1);
}

const othersOn = (open: Row, file: Row, kind: number): readonly Row[] =>
  leases.$.rows(arena).filter(lease => leases.file.get(lease) === file && leases.kind.get(lease) === kind && leases.open.get(lease) !== open && isLive(lease));

/** generic_add_lease(): errno, or 0 if the lease may be taken or changed. */
function refusal(open: Row, file: Row): number {
  if (T.layout.v === 0) {
    if (isOpenOtherwise(open, file, T.type.v)) return ERRNO.EAGAIN;
    return othersOn(open, file, KIND_OF_LEASE.lease).some(other => T.type.v === LEASE.write || leases.unlockPending.get(other) === 1) ? ERRNO.EAGAIN : 0;
  }
  return othersOn(open, file, KIND_OF_LEASE.layout).some(other => T.layout.v === 2 || leases.exclusive.get(other) === 1 || leases.unlockPending.get(other) === 1) ? ERRNO.EAGAIN : 0;
}

const isKnownType = (): boolean => (T.layout.v > 0 ? kernel.policy.longtermFilePin.layoutLeases : T.type.v === LEASE.read || T.type.v === LEASE.write || T.type.v === LEASE.unlock);

function take(open: Row, file: Row): void {
  const lease = leases.$.row(open, T.layout.v === 0 ? KIND_OF_LEASE.lease : KIND_OF_LEASE.layout);
  setType(lease, T.layout.v === 0 ? T.type.v : LEASE.read);
  leases.file.set(lease, file);
  leases.exclusive.set(lease, T.layout.v === 2 ? 1 : 0);
  leases.orphan.set(lease, 0);
  leases.holder.set(lease, machine.self);
  leases.descriptor.set(lease, T.descriptor.v);
  emit('lease-taken', lease, T.type.v);
}

/** F_UNLCK: errno, or 0. */
function unlock(open: Row): number {
  const own = leases.$.rows(arena).filter(lease => leases.open.get(lease) === open && leases.type.get(lease) !== 0 && leases.orphan.get(lease) === 0);
  for (const lease of own) giveUp(lease);
  return own.length === 0 ? ERRNO.EAGAIN : 0;
}

/** fcntl(F_SETLEASE), under the lock of the file’s lease list. */
export const setLease = mechanism({
  name: 'setlease',
  source: 'spec 5.6, 5.7 LL1; fs/locks.c fcntl_setlease(), generic_setlease(), generic_add_lease() (6.19)',
  frame: T,
  order: 'SL1',
  steps: {
    SL1: {
      title: 'take, change or give up the lease', to: ['done'], costNs: () => kernel.costs.syscallNs,
      reads: [...OPEN_READS, ...LEASE_READS, ...every(leases.unlockPending, leases.exclusive), at(descriptors.open, T.descriptor), at(processes.uid, T.process)],
      writes: LEASE_TERMS,
      run: () => {
        const open = descriptors.open.get(T.descriptor.v);
        if (open === 0 || openFiles.path.get(open) === 1) return fail(ERRNO.EBADF);
        const file = openFiles.file.get(open);
        if (!isKnownType()) return fail(ERRNO.EINVAL);
        if (!isOwner(T.process.v, file) && processes.capable.get(T.process.v) === 0) return fail(ERRNO.EACCES);
        if (files.type.nameIn(arena, file) !== 'regular') return fail(ERRNO.EINVAL);
        if (T.type.v !== LEASE.unlock || T.layout.v > 0) expireOverdue(file, kernel.nowNs);
        const errno = T.type.v === LEASE.unlock && T.layout.v === 0 ? unlock(open) : refusal(open, file);
        if (errno !== 0) return fail(errno);
        if (T.type.v !== LEASE.unlock || T.layout.v > 0) take(open, file);
        return done();
      },
    },
  },
});

const G = frame('descriptor');

/** fcntl(F_GETLEASE): the type of the lease, during a break the one that is asked for. */
export const getLease = mechanism({
  name: 'getlease',
  source: 'spec 5.6; fs/locks.c fcntl_getlease(), target_leasetype() (6.19)',
  frame: G,
  order: 'GL1',
  steps: {
    GL1: {
      title: 'look at the lease of the open file', to: ['done'], costNs: () => kernel.costs.syscallNs, reads: [...every(leases.type, leases.file, leases.unlockPending, leases.downgradePending, openFiles.file, openFiles.path), at(descriptors.open, G.descriptor)],
      writes: LEASE_TERMS,
      run: () => {
        const open = descriptors.open.get(G.descriptor.v);
        if (open === 0 || openFiles.path.get(open) === 1) return fail(ERRNO.EBADF);
        expireOverdue(openFiles.file.get(open), kernel.nowNs);
        return done(targetType(leases.$.row(open, KIND_OF_LEASE.lease)));
      },
    },
  },
});
