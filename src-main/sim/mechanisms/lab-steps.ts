import { ERRNO } from '@shared/domain/errno';
import { bioPages } from '@shared/state/bio-tables';
import { gpuJobs } from '@shared/state/device-memory-tables';
import { memoryBlocks } from '@shared/state/placement-tables';
import { intervals } from '@shared/state/notifier-tables';
import { targetNamespaces, targetRequests } from '@shared/state/nvmet-tables';
import { p2pRoutes } from '@shared/state/p2p-tables';
import { p2pPools, pgmaps } from '@shared/state/pgmap-tables';
import { power } from '@shared/state/power-tables';
import { completionQueues, dmabufs, queuePairs, regions, workRequests } from '@shared/state/rdma-tables';
import { actors, busyExtents, files, filesystems, holders, hosts, mappings, operations, processes, requests } from '@shared/state/tables';
import { descriptors, leases } from '@shared/state/vfs-tables';
import { emit } from '../engine/events';
import { machine } from '../engine/machine';
import { mechanism } from '../engine/mechanism';
import { every, frame } from '../engine/place';
import { sendSignalTo, SIGNAL_TERMS } from '../engine/signals';
import { done, fail, sleep } from '../engine/step';
import { NS_PER_S } from '@shared/units/time';
import { busyRefs } from './folio-counts';

const isKilled = (): boolean => actors.dead.get(machine.self) !== 0;

const K = frame('target', 'signal');

/** kill(2): the signal is pending at once; who waits interruptibly looks up. */
export const sendSignal = mechanism({
  name: 'kill',
  source: 'kernel/signal.c send_signal_locked() (6.19)',
  frame: K,
  order: 'KI1',
  steps: {
    KI1: {
      title: 'make the signal pending', reads: every(processes.exiting), writes: SIGNAL_TERMS, to: ['done'],
      run: () => {
        sendSignalTo(K.target.v, K.signal.v);
        emit('signal-sent', actors.nth.get(K.target.v), K.signal.v);
        return done();
      },
    },
  },
});

/** A word holds no more than 2 s in ns. */
const S = frame('seconds', 'ns');

/** Time passes in user space. */
export const pause = mechanism({
  name: 'wait',
  source: 'the lab’s own step: time between two operations',
  frame: S,
  order: 'PA1 PA2',
  steps: {
    PA1: { title: 'let time pass', run: () => sleep(S.seconds.v * NS_PER_S + S.ns.v) },
    PA2: { title: 'go on', interruptible: 'kill', reads: every(actors.dead), to: ['done'], run: () => (isKilled() ? fail(ERRNO.EINTR) : done()) },
  },
});

const H = frame('file', 'index', 'by');

/** Orders the set-up of a lab: goes on once somebody holds the page of the file (beyond mapping it), or `by` has ended. */
export const awaitHeld = mechanism({
  name: 'await-held',
  source: 'the lab’s own step: order of set-up',
  frame: H,
  order: 'AH1',
  steps: {
    AH1: {
      title: 'wait until the page is held', waitsFor: { kind: 'pages-held', file: 'file', index: 'index' }, to: ['done'], interruptible: 'kill',
      reads: every(files.kind, files.blockDelta, hosts.refs, hosts.maps, actors.pc, actors.dead),
      when: () => {
        if (H.by.v !== 0 && actors.pc.get(H.by.v) === 0) return true;
        if (files.kind.at(H.file.v, H.index.v) === 0) return false;
        const pfn = H.index.v + files.blockDelta.at(H.file.v, H.index.v);
        return busyRefs(filesystems.host.get(files.fs.get(H.file.v)), pfn) > 0;
      },
      run: () => (isKilled() ? fail(ERRNO.EINTR) : done()),
    },
  },
});

const D = frame('target', 'op');

/** Orders the set-up of a lab: goes on once the operation of the other actor has returned, or that actor has ended. */
export const awaitDone = mechanism({
  name: 'await-done',
  source: 'the lab’s own step: order of set-up',
  frame: D,
  order: 'AD1',
  steps: {
    AD1: {
      title: 'wait until the other actor has done it', waitsFor: { kind: 'actor', actor: 'target' }, to: ['done'], interruptible: 'kill',
      reads: every(actors.pc, actors.dead, operations.state),
      when: () => actors.pc.get(D.target.v) === 0 || operations.state.get(D.op.v) === operations.state.valueOf('done'),
      run: () => (isKilled() ? fail(ERRNO.EINTR) : done()),
    },
  },
});

const A = frame('target', 'op');

/** Who asks right now whether another waits: of two that await each other, the one asked about counts as going on. */
const asking = new Set<number>();

/** Whatever a guard of another program may look at: whether that one waits is read from it. */
const GUARD_READS = every(
  holders.how, holders.pfnFirst, holders.pageCount, bioPages.origin, bioPages.pfnFirst, bioPages.pageCount, bioPages.firstByte, bioPages.endByte, bioPages.hold,
  actors.pc, actors.op, actors.signal, actors.dead, operations.state, files.iolock, files.invlock, files.ilock, files.iMmap, files.metaDirty, files.fs, files.entryLock, files.entryHuge, files.kind, files.blockDelta,
  filesystems.shutDown, processes.mmapLock, processes.pte, processes.exited, processes.unborn, hosts.refs, hosts.unwoken, hosts.maps, hosts.owner, requests.state, workRequests.state, workRequests.wire, workRequests.sent, workRequests.kind, workRequests.qp, workRequests.late, queuePairs.state, queuePairs.peer, completionQueues.entries, regions.fault, regions.nic, regions.inflight, files.entry, busyExtents.state,
  pgmaps.refs, hosts.locked, hosts.writeback, hosts.pins, hosts.order, files.cached, files.cacheDelta, files.size, hosts.use, memoryBlocks.state, memoryBlocks.zone, gpuJobs.state, gpuJobs.space, gpuJobs.inflightPages, gpuJobs.inflightVpn, intervals.lock, intervals.invalid, intervals.pageCount,
  gpuJobs.gpu, mappings.shared, processes.pfnDelta, p2pPools.state, p2pPools.published, p2pRoutes.type, p2pRoutes.distance,
  hosts.longterm, leases.type, leases.file, leases.orphan, leases.forced, leases.holder, leases.downgradePending, leases.unlockPending, descriptors.open,
  hosts.order, hosts.mapping, hosts.anon, hosts.indexDelta, files.cached, files.cacheDelta, mappings.shared, power.boots, hosts.resting, hosts.sharers, filesystems.logDirty,
  workRequests.bytes, dmabufs.fenced, targetRequests.controller, targetRequests.state, targetRequests.responded, targetNamespaces.refs,
);

/**
 * Orders the set-up of a lab: goes on once the other actor waits for something, or has nothing left to do. With an operation:
 * once it waits inside that one, or has returned from it.
 */
export const awaitWaiting = mechanism({
  name: 'await-waiting',
  source: 'the lab’s own step: order of set-up',
  frame: A,
  order: 'AW1',
  steps: {
    AW1: {
      title: 'wait until the other actor waits or is done', waitsFor: { kind: 'actor', actor: 'target' }, to: ['done'], interruptible: 'kill',
      reads: GUARD_READS,
      when: () => {
        const { self } = machine;
        const target = A.target.v;
        const op = A.op.v;
        if (actors.pc.get(target) === 0 || (op !== 0 && operations.state.get(op) === operations.state.valueOf('done'))) return true;
        const isInside = op === 0 ? actors.op.get(target) !== 0 : actors.op.get(target) === op;
        if (!isInside || asking.has(target)) return false;
        asking.add(self);
        const isStuck = !machine.isEnabled(target);
        asking.delete(self);
        machine.enter(self);
        return isStuck;
      },
      run: () => (isKilled() ? fail(ERRNO.EINTR) : done()),
    },
  },
});
