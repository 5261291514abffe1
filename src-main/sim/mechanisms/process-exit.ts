import { SIGNALS } from '@shared/domain/signal';
import { arena } from '@shared/state/arena';
import { buffers } from '@shared/state/buffer-tables';
import type { Row } from '@shared/state/dictionary';
import { actors, pipes, processes } from '@shared/state/tables';
import { descriptors } from '@shared/state/vfs-tables';
import { queuePairs, regions, windows } from '@shared/state/rdma-tables';
import { emit } from '../engine/events';
import { machine } from '../engine/machine';
import { mechanism } from '../engine/mechanism';
import { at, every, frame } from '../engine/place';
import { killThread, threadsOf } from '../engine/signals';
import { call, done, site } from '../engine/step';
import { deregisterMemory } from './deregister-memory';
import { closeFile } from './open-close';
import { endInvalidation, END_READS, END_TERMS, invalidateRange, isWatched, WATCH_READS } from './mmu-notifier';
import { drainPipe } from './pipe';
import { dropLooseFiles, hasLooseFiles, LOOSE_READS } from './put-file';
import { bufferOf, releaseBuffer } from './registered-buffers';
import { bindWindow } from './memory-windows';
import { DESTROY_TERMS, destroyQueuePair } from './queue-pair-calls';
import { stateOf } from './queue-pairs';
import { closesVerbsOf, VERBS_READS } from './verbs-fd';
import { REMOVE_READS, REMOVE_TERMS, removeRange } from './vma';

/** More pages than any address space of a lab has. */
const ADDRESS_SPACE_PAGES = 2 ** 30;

const T = frame('process', 'mr', 'pipe', 'descriptor', 'buffer', 'told', 'owner');

const deregister = site(deregisterMemory, T.mr, T.owner);
const closePipe = site(drainPipe, T.pipe, 1);
const close = site(closeFile, T.descriptor);
const dropFiles = site(dropLooseFiles);
const release = site(releaseBuffer, T.buffer, 1);

const tell = site(invalidateRange, T.process, 0, ADDRESS_SPACE_PAGES, 0);
const siblings = (): readonly Row[] => threadsOf(T.process.v).filter(actor => actor !== machine.self);
const nextRegion = (): Row => regions.$.rows(arena).find(mr => closesVerbsOf(T.process.v, regions.process.get(mr)) && regions.state.get(mr) === regions.state.valueOf('valid')) ?? 0;
const nextDescriptor = (): Row => descriptors.$.rows(arena).find(descriptor => descriptors.process.get(descriptor) === T.process.v && descriptors.open.get(descriptor) !== 0) ?? 0;

function leaveFabric(): void {
  for (const qp of queuePairs.$.rows(arena)) if (closesVerbsOf(T.process.v, queuePairs.process.get(qp)) && stateOf(qp) !== 'absent') destroyQueuePair(qp);
  for (const window of windows.$.rows(arena)) if (closesVerbsOf(T.process.v, windows.process.get(window))) bindWindow(window, 0, 0, 0, 0);
}

const nextPipe = (): Row => pipes.$.rows(arena).find(pipe => pipes.closed.get(pipe) === 0 && pipes.process.get(pipe) === T.process.v) ?? 0;

/**
 * The end of a process: its other threads leave first, then its queue pairs are destroyed, its registrations torn down, its pipes closed and its memory
 * unmapped, each in steps of its own (spec 5.8 SK2–SK3, 6.5).
 */
export const processExit = mechanism({
  name: 'process-exit',
  source: 'kernel/exit.c do_exit(), exit_mmap(), exit_files() (6.19)',
  frame: T,
  order: 'EX1 EX2 EX2q EX3 EX3b EX4 EX4f EX4n EX5 EX6',
  steps: {
    EX1: {
      title: 'tell the other threads, unless one of them leads the way already',
      reads: [at(processes.exiting, T.process), ...every(actors.pc)], writes: [at(processes.exiting, T.process), ...every(actors.dead)], to: ['done'],
      run: () => {
        if (processes.exiting.get(T.process.v) === 1) return done();
        processes.exiting.set(T.process.v, 1);
        for (const sibling of siblings()) killThread(sibling, SIGNALS.SIGKILL);
      },
    },
    EX2: {
      title: 'wait until they have left', when: () => siblings().every(sibling => actors.pc.get(sibling) === 0), waitsFor: { kind: 'threads', process: 'process' },
      reads: every(actors.pc),
    },
    EX2q: {
      title: 'destroy its queue pairs and memory windows', reads: [...VERBS_READS, ...every(queuePairs.process, windows.mr)], writes: [...DESTROY_TERMS, ...every(windows.mr, windows.key, regions.windows)],
      run: () => { leaveFabric(); },
    },
    EX3: {
      title: 'deregister one memory region', reads: [...VERBS_READS, ...every(regions.state)], calls: [deregister], to: ['EX3', 'EX3b'],
      run: go => {
        T.mr.v = nextRegion();
        if (T.mr.v !== 0) T.owner.v = regions.process.get(T.mr.v);
        return T.mr.v === 0 ? go.EX3b : call(deregister, go.EX3);
      },
    },
    EX3b: {
      title: 'close one ring or socket', reads: every(buffers.state, buffers.process), calls: [release], to: ['EX3b', 'EX4'],
      run: go => {
        T.buffer.v = bufferOf(T.process.v);
        return T.buffer.v === 0 ? go.EX4 : call(release, go.EX3b);
      },
    },
    EX4: {
      title: 'close one pipe', reads: every(pipes.closed), calls: [closePipe], to: ['EX4', 'EX4f'],
      run: go => {
        T.pipe.v = nextPipe();
        return T.pipe.v === 0 ? go.EX4f : call(closePipe, go.EX4);
      },
    },
    EX4f: {
      title: 'close one descriptor', reads: every(descriptors.open), calls: [close], to: ['EX4f', 'EX4n'],
      run: go => {
        T.descriptor.v = nextDescriptor();
        return T.descriptor.v === 0 ? go.EX4n : call(close, go.EX4f);
      },
    },
    EX4n: {
      title: 'tell who copied its page tables', reads: WATCH_READS, calls: [tell],
      run: () => {
        T.told.v = isWatched(T.process.v) ? 1 : 0;
        return T.told.v === 1 ? call(tell) : undefined;
      },
    },
    EX5: {
      title: 'unmap all memory', takes: at(processes.mmapLock, T.process), drops: [at(processes.mmapLock, T.process)],
      reads: [...REMOVE_READS, ...LOOSE_READS, ...END_READS], writes: [...REMOVE_TERMS, ...END_TERMS], calls: [dropFiles],
      run: () => {
        removeRange(T.process.v, 0, ADDRESS_SPACE_PAGES);
        if (T.told.v === 1) endInvalidation(T.process.v);
        return hasLooseFiles() ? call(dropFiles) : undefined;
      },
    },
    EX6: {
      title: 'the address space is gone', writes: [at(processes.exited, T.process)], to: ['done'],
      run: () => {
        processes.exited.set(T.process.v, 1);
        emit('process-exited', T.process.v);
        return done();
      },
    },
  },
});
