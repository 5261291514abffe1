import { gpuJobs, gpuSpaces } from '@shared/state/device-memory-tables';
import { intervals } from '@shared/state/notifier-tables';
import { actors, operations } from '@shared/state/tables';
import { answer, machine } from '../engine/machine';
import { mechanism } from '../engine/mechanism';
import { at, every, frame } from '../engine/place';
import { call, done, fail, site } from '../engine/step';
import { kernel } from '../kernel';
import { isFinished, JOB_TERMS, submitJob, takeAnswer, type GpuJob } from './gpu-engine';
import { subscribe, SUBSCRIBE_TERMS } from './gpu-space';
import { hmmRangeFault } from './hmm-range-fault';

/** Kinds of access, as words of `how`. */
export const ACCESS_KINDS: readonly GpuJob['kind'][] = ['read', 'write', 'atomic'];

/** `how` is an index into ACCESS_KINDS. */
const T = frame('op', 'process', 'vpn', 'pages', 'gpu', 'how', 'interval', 'job', 'done', 'here', 'left', 'write');

const fault = site(hmmRangeFault, T.process, T.here, T.left, T.write, T.gpu);

/**
 * A program on a GPU reads or writes a range of its process through the page table of the GPU. What is not mapped there the driver
 * faults in; a page of the device itself is used where it is. Answers pages.
 */
export const gpuAccess = mechanism({
  name: 'gpu-access',
  source: 'spec 8.9; lib/test_hmm.c dmirror_read(), dmirror_write(), dmirror_fault() (6.19)',
  frame: T,
  order: 'GA1 GA2 GA3 GA4 GA5',
  steps: {
    GA1: {
      title: 'the GPU shares the address space', costNs: () => kernel.costs.syscallNs, reads: every(intervals.pageCount), writes: SUBSCRIBE_TERMS,
      run: () => {
        T.interval.v = subscribe(T.process.v, T.gpu.v);
        T.job.v = gpuJobs.$.row(actors.nth.get(machine.self));
        T.write.v = T.how.v === 0 ? 0 : 1;
      },
    },
    GA2: {
      title: 'start the access', writes: JOB_TERMS,
      run: () => {
        const { tag } = kernel.operations[operations.nth.get(T.op.v)];
        T.here.v = T.vpn.v + T.done.v;
        T.left.v = T.pages.v - T.done.v;
        submitJob(T.job.v, { kind: ACCESS_KINDS[T.how.v], gpu: T.gpu.v, pages: T.left.v, space: gpuSpaces.$.row(T.process.v, T.gpu.v), vpn: T.here.v, tag });
      },
    },
    GA3: {
      title: 'wait until it is over or faults', when: () => isFinished(T.job.v), waitsFor: { kind: 'gpu-job', job: 'job' }, reads: [at(gpuJobs.state, T.job)],
    },
    GA4: {
      title: 'done, or a page to fault in?', reads: [at(gpuJobs.done, T.job)], writes: JOB_TERMS, calls: [fault], to: ['GA5', 'done'],
      run: go => {
        T.done.v += takeAnswer(T.job.v);
        if (T.done.v === T.pages.v) return done(T.pages.v);
        T.here.v = T.vpn.v + T.done.v;
        T.left.v = T.pages.v - T.done.v;
        return call(fault, go.GA5);
      },
    },
    GA5: { title: 'go on where the fault was', to: ['GA2', 'done'], beginsRound: true, run: go => (answer.result < 0 ? fail(answer.errno) : go.GA2) },
  },
});
