import { ERRNO } from '@shared/domain/errno';
import { SIGNALS } from '@shared/domain/signal';
import { arena } from '@shared/state/arena';
import type { Row } from '@shared/state/dictionary';
import { regions } from '@shared/state/rdma-tables';
import { actors, files, holders, processes } from '@shared/state/tables';
import { leases } from '@shared/state/vfs-tables';
import { emit } from '../engine/events';
import { machine } from '../engine/machine';
import { mechanism } from '../engine/mechanism';
import { at, every, frame } from '../engine/place';
import { sendSignalTo, SIGNAL_TERMS } from '../engine/signals';
import { call, done, fail, site } from '../engine/step';
import { kernel } from '../kernel';
import { deregisterMemory } from './deregister-memory';
import { BREAK_READS, BREAK_TERMS, conflicting, deadlineOf, demand, expireOverdue, KIND_OF_LEASE, LEASE, LEASE_READS, LEASE_TERMS, setType } from './lease-records';

/** `writes` asks the holders to unlock, else to downgrade; `layout` is a change of the layout, which concerns layout leases alone. */
const T = frame('file', 'writes', 'nonblock', 'layout', 'lease', 'mr', 'process');

const revoke = site(deregisterMemory, T.mr, T.process);

const isOwn = (lease: Row): boolean => actors.process.get(leases.holder.get(lease)) === actors.process.get(machine.self);
/** Who changes a layout under a lease of its own does not wait for itself; a plain lease is broken by its own holder too (spec 5.6). */
const inTheWay = (): readonly Row[] => conflicting({ file: T.file.v, writes: T.writes.v === 1, layout: T.layout.v === 1 }).filter(lease => T.layout.v === 0 || !isOwn(lease));
const deadline = (): number => Math.min(Infinity, ...inTheWay().map(lease => deadlineOf(lease, T.writes.v === 1)));
const isInterrupted = (): boolean => actors.dead.get(machine.self) !== 0 || actors.signal.get(machine.self) !== 0;

/** A registration of the lease holder that pins pages of the file; 0 if there is none. */
const nextRegion = (): Row => regions.$.rows(arena).find(mr => regions.process.get(mr) === T.process.v && regions.state.nameIn(arena, mr) === 'valid'
  && holders.$.rows(arena).some(holder => holders.keeper.get(holder) === mr && holders.owner.get(holder) === files.nth.get(T.file.v))) ?? 0;

/**
 * break_lease(): whoever opens or truncates a file asks the holders of conflicting leases to give them up, and waits until they
 * have, or for lease_break_time. A forced break of a lease only removes the record: it kills nobody and touches no pin. What a
 * forced break of a layout lease does is the policy lease-break (spec 5.8). Answers 0, EAGAIN (non-blocking), EINTR.
 */
export const breakLeases = mechanism({
  name: 'break-leases',
  source: 'spec 5.6 LB1–LB4, 5.8 SK1; fs/locks.c __break_lease(), time_out_leases() (6.19)',
  frame: T,
  order: 'LB1 LB2 LB3 LB4 RV1 RV2 SK1',
  steps: {
    LB1: {
      title: 'expire overdue leases, look for a conflicting one', reads: [...LEASE_READS, ...every(leases.holder)], writes: LEASE_TERMS, to: ['done'],
      run: () => {
        expireOverdue(T.file.v, kernel.nowNs);
        return inTheWay().length === 0 ? done() : undefined;
      },
    },
    LB2: {
      title: 'mark conflicting leases and signal their holders', reads: BREAK_READS, writes: BREAK_TERMS,
      run: () => { for (const lease of inTheWay()) demand(lease, T.writes.v === 1); },
    },
    LB3: {
      title: 'wait until the leases are gone, or for their deadline', when: () => T.nonblock.v === 1 || inTheWay().length === 0, timeoutNs: deadline, interruptible: 'signal',
      waitsFor: { kind: 'lease', file: 'file', writes: 'writes', layout: 'layout' }, reads: [...LEASE_READS, ...every(leases.forced, leases.holder, actors.signal, actors.dead)], to: ['LB4', 'done'],
      run: go => {
        if (inTheWay().length === 0) return done();
        if (T.nonblock.v === 1) return deadline() <= kernel.nowNs ? go.LB4 : fail(ERRNO.EAGAIN);
        return isInterrupted() ? fail(ERRNO.EINTR) : go.LB4;
      },
    },
    LB4: {
      title: 'the deadline has passed: take a lease by force', reads: [...LEASE_READS, ...every(leases.holder, leases.forced, leases.unlockPending)], writes: LEASE_TERMS, to: ['LB3', 'RV1', 'SK1'],
      run: go => {
        const dueNs = deadline();
        const lease = inTheWay().find(candidate => deadlineOf(candidate, T.writes.v === 1) === dueNs && leases.kind.get(candidate) === KIND_OF_LEASE.layout);
        // Exploring, a timer ends whenever it likes: what it was set to counts.
        if (lease === undefined) expireOverdue(T.file.v, Math.max(kernel.nowNs, dueNs));
        if (lease === undefined || dueNs === Infinity) return go.LB3;
        T.lease.v = lease;
        T.process.v = actors.process.get(leases.holder.get(lease));
        emit('lease-forced', lease, LEASE.unlock);
        switch (kernel.policy.leaseBreak.atDeadline) {
          case 'deregister': return go.RV1;
          case 'kill-holder': return go.SK1;
          default:
            setType(lease, LEASE.unlock);
            return go.LB3;
        }
      },
    },
    RV1: {
      title: 'revoke: tear down one registration over the file', reads: every(regions.state, holders.keeper, holders.owner), calls: [revoke], to: ['RV1', 'RV2'],
      run: go => {
        T.mr.v = nextRegion();
        return T.mr.v === 0 ? go.RV2 : call(revoke, go.RV1);
      },
    },
    RV2: {
      title: 'remove the lease', reads: [at(leases.type, T.lease)], writes: LEASE_TERMS, to: ['LB3'],
      run: go => {
        if (leases.type.get(T.lease.v) !== 0) setType(T.lease.v, LEASE.unlock);
        return go.LB3;
      },
    },
    SK1: {
      title: 'queue SIGKILL for the holder: its exit closes the descriptor', reads: every(leases.holder, processes.exiting), writes: [...SIGNAL_TERMS, at(leases.forced, T.lease)], to: ['LB3'],
      run: go => {
        const holder = leases.holder.get(T.lease.v);
        if (holder === 0) return go.LB3;
        leases.forced.set(T.lease.v, 1);
        sendSignalTo(holder, SIGNALS.SIGKILL);
        emit('signal-sent', actors.nth.get(holder), SIGNALS.SIGKILL);
        return go.LB3;
      },
    },
  },
});
