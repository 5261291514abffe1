import { ERRNO } from '@shared/domain/errno';
import type { Row } from '@shared/state/dictionary';
import { actors } from '@shared/state/tables';
import { NS_PER_US } from '@shared/units/time';
import { descriptors, leaseHandlers, leases, leaseSettings } from '@shared/state/vfs-tables';
import { emit } from '../engine/events';
import { answer, machine } from '../engine/machine';
import { mechanism } from '../engine/mechanism';
import { at, every, frame } from '../engine/place';
import { call, done, fail, site, sleep } from '../engine/step';
import { kernel } from '../kernel';
import { closeFile } from './open-close';
import { KIND_OF_LEASE, LEASE, targetType } from './lease-records';
import { processExit } from './process-exit';
import { setLease } from './set-lease';

const H = frame('handler', 'descriptor');

/** sigaction(SIGIO) by a lease holder: from now on its handler answers for the lease of this descriptor. */
export const installLeaseHandler = mechanism({
  name: 'on-break',
  source: 'sigaction(2), fcntl(2) F_SETSIG; the lab’s own form of a handler',
  frame: H,
  order: 'OB1',
  steps: {
    OB1: {
      title: 'install the handler', to: ['done'], reads: [at(descriptors.open, H.descriptor)], writes: [at(leaseHandlers.open, H.handler), at(leaseHandlers.descriptor, H.handler)], costNs: () => kernel.costs.syscallNs,
      run: () => {
        const open = descriptors.open.get(H.descriptor.v);
        if (open === 0) return fail(ERRNO.EBADF);
        leaseHandlers.open.set(H.handler.v, open);
        leaseHandlers.descriptor.set(H.handler.v, H.descriptor.v);
        return done();
      },
    },
  },
});

const A = frame('descriptor');

/** sigwaitinfo(2) for the signal that the lease of a descriptor is asked back; the lease may be gone already. */
export const awaitBreak = mechanism({
  name: 'await-break',
  source: 'sigwaitinfo(2); the lab’s own step',
  frame: A,
  order: 'AB1',
  steps: {
    AB1: {
      title: 'wait until the lease is asked back', when: () => {
        const open = descriptors.open.get(A.descriptor.v);
        return open === 0 || [KIND_OF_LEASE.lease, KIND_OF_LEASE.layout].every(kind => {
          const lease = leases.$.row(open, kind);
          return leases.type.get(lease) === 0 || targetType(lease) !== leases.type.get(lease) - 1;
        });
      },
      waitsFor: { kind: 'lease-break', descriptor: 'descriptor' }, interruptible: 'kill', to: ['done'],
      reads: [at(descriptors.open, A.descriptor), ...every(leases.type, leases.unlockPending, leases.downgradePending)],
      run: () => done(),
    },
  },
});

/** What a handler does with the lease (`leaseHandlers.does`), by number of the lab’s word; 0 is nothing. */
const REACTION = { release: 1, downgrade: 2, close: 3, exit: 4 } as const;

const R = frame('handler', 'descriptor', 'process');

const release = site(setLease, R.process, R.descriptor, LEASE.unlock, 0);
const downgrade = site(setLease, R.process, R.descriptor, LEASE.read, 0);
const close = site(closeFile, R.descriptor);
const exit = site(processExit, R.process);

const signalled = at(leaseHandlers.signalled, R.handler);
const isKilled = (): boolean => actors.dead.get(machine.self) !== 0;
const leaseIn = (open: Row): Row => leases.$.row(open, KIND_OF_LEASE.lease);

/** POLL_MSG, what a lease break says in si_code (fs/locks.c lease_break_callback()). */
const POLL_MSG = 3;

/** The handler of a lease holder: a thread of its process that runs whenever the break signal comes. */
export const leaseHandler = mechanism({
  name: 'lease-handler',
  source: 'fs/fcntl.c send_sigio(), fs/locks.c lease_break_callback() (6.19); the lab’s own form of a handler',
  frame: R,
  order: 'HB1 HB2 HB3 HB4 HB5',
  steps: {
    HB1: {
      title: 'wait for the break signal', when: () => signalled.v === 1, waitsFor: { kind: 'work' }, interruptible: 'kill', reads: [signalled, ...every(actors.dead)], to: ['done'],
      run: () => (isKilled() ? done() : undefined),
    },
    HB2: {
      title: 'run the handler', writes: [signalled, ...[leaseHandlers.delivered, leaseHandlers.fdMatches, leaseHandlers.siCode, leaseHandlers.seen].map(column => at(column, R.handler))],
      reads: [...every(leases.type, leases.descriptor, leases.unlockPending, leases.downgradePending), at(leaseHandlers.descriptor, R.handler), at(leaseHandlers.open, R.handler)],
      run: () => {
        signalled.v = 0;
        const lease = leaseIn(leaseHandlers.open.get(R.handler.v));
        R.descriptor.v = leaseHandlers.descriptor.get(R.handler.v);
        R.process.v = leaseHandlers.process.get(R.handler.v);
        leaseHandlers.delivered.set(R.handler.v, leaseHandlers.delivered.get(R.handler.v) + 1);
        leaseHandlers.fdMatches.set(R.handler.v, leases.descriptor.get(lease) === R.descriptor.v ? 1 : 0);
        leaseHandlers.siCode.set(R.handler.v, POLL_MSG);
        leaseHandlers.seen.set(R.handler.v, 1 + targetType(lease));
        emit('lease-signal-handled', leaseHandlers.op.get(R.handler.v), targetType(lease));
      },
    },
    HB3: { title: 'let its time pass', run: () => sleep(leaseHandlers.afterNs.get(R.handler.v)) },
    HB4: {
      title: 'do what the lab says', interruptible: 'kill', reads: every(actors.dead), calls: [release, downgrade, close, exit], to: ['HB1', 'HB5', 'done'],
      run: go => {
        if (isKilled()) return done();
        switch (leaseHandlers.does.get(R.handler.v)) {
          case REACTION.release: return call(release, go.HB5);
          case REACTION.downgrade: return call(downgrade, go.HB5);
          case REACTION.close: return call(close, go.HB1);
          case REACTION.exit: return call(exit, go.HB1);
          default: return go.HB1;
        }
      },
    },
    HB5: {
      title: 'note what F_SETLEASE answered', writes: [at(leaseHandlers.tried, R.handler), at(leaseHandlers.errno, R.handler)], to: ['HB1'],
      run: go => {
        leaseHandlers.tried.set(R.handler.v, 1);
        leaseHandlers.errno.set(R.handler.v, answer.errno);
        return go.HB1;
      },
    },
  },
});

/** A word holds no more than 2 s in ns. */
const B = frame('microseconds');

/** sysctl fs.lease-break-time. */
export const setBreakTime = mechanism({
  name: 'lease-break-time',
  source: 'fs/locks.c locks_sysctls (6.19)',
  frame: B,
  order: 'BT1',
  steps: {
    BT1: {
      title: 'write the setting', writes: every(leaseSettings.breakTimeNs), to: ['done'],
      run: () => {
        leaseSettings.breakTimeNs.set(leaseSettings.$.row(0), B.microseconds.v * NS_PER_US);
        return done();
      },
    },
  },
});
