import { SIGNALS } from '@shared/domain/signal';
import { source } from '@shared/domain/source';
import { showNs } from '@shared/units/show';
import { NS_PER_S } from '@shared/units/time';
import { site } from '../engine/step';
import { awaitDone, awaitHeld, awaitWaiting, pause, sendSignal } from '../mechanisms/lab-steps';
import { processExit } from '../mechanisms/process-exit';
import { aFile, anActor, type Operation } from './operation';

export const kill: Operation = {
  word: 'kill',
  title: 'kill',
  doc: 'Sends a signal. What it does to the target is the target’s handler; SIGKILL cannot be handled.',
  source: source('kill(2), signal(7); kernel/signal.c (6.19)', 'V', 'O'),
  parameters: [anActor, { name: 'sig', title: 'signal', doc: 'which signal', required: true, type: { kind: 'choice', values: ['SIGINT', 'SIGTERM', 'SIGUSR1', 'SIGALRM', 'SIGIO', 'SIGKILL'] } }],
  lower: read => ({
    call: site(sendSignal, read.otherActor('actor'), SIGNALS[read.text('sig') as keyof typeof SIGNALS]),
    text: `kill ${read.text('actor')} with ${read.text('sig')}`,
  }),
};

export const exit: Operation = {
  word: 'exit',
  title: 'exit',
  doc: 'Ends the process: its threads, registrations, pipes and mappings go.',
  source: source('exit_group(2); kernel/exit.c do_exit() (6.19)', 'V'),
  parameters: [],
  lower: read => ({ call: site(processExit, read.process), text: 'exit' }),
};

export const wait: Operation = {
  word: 'wait',
  title: 'wait',
  doc: 'Time passes in user space.',
  source: source('the lab’s own step', 'X'),
  parameters: [{ name: 'for', title: 'for', doc: 'how long', required: true, type: { kind: 'quantity', dimension: 'ns', min: 0, max: 1e12 } }],
  lower(read) {
    const ns = read.number('for', 'ns');
    return { call: site(pause, Math.floor(ns / NS_PER_S), ns % NS_PER_S), text: `wait ${showNs(ns)}` };
  },
};

export const awaitHeldOperation: Operation = {
  word: 'await-held',
  title: 'await held',
  doc: 'Orders the set-up: goes on once somebody holds the page of the file, beyond mapping it, or once the actor named by "by" has ended. Not something a kernel offers.',
  source: source('the lab’s own step', 'X'),
  parameters: [
    aFile,
    { name: 'page', title: 'page', doc: 'index of the page', required: true, type: { kind: 'quantity', dimension: 'count', min: 0, max: 2 ** 31 - 1 } },
    { name: 'by', title: 'by', doc: 'who is expected to hold it', required: false, type: { kind: 'reference', to: 'actor' } },
  ],
  lower(read) {
    const page = read.number('page', 'count');
    return { call: site(awaitHeld, read.file('file'), page, read.has('by') ? read.otherActor('by') : 0), text: `await that ${read.text('file')} page ${page} is held` };
  },
};

export const awaitWaitingOperation: Operation = {
  word: 'await-waiting',
  title: 'await waiting',
  doc: 'Orders the set-up: goes on once another actor waits for something or has nothing left to do. Not something a kernel offers.',
  source: source('the lab’s own step', 'X'),
  parameters: [
    anActor,
    {
      name: 'op', title: 'operation', doc: 'which of its operations it must wait in or have returned from, from 1; any if not said', required: false,
      type: { kind: 'quantity', dimension: 'count', min: 1, max: 10_000 },
    },
  ],
  lower(read) {
    const op = read.has('op') ? read.operationOf('actor', read.number('op', 'count')) : 0;
    return { call: site(awaitWaiting, read.otherActor('actor'), op), text: `await that ${read.text('actor')} waits${op === 0 ? '' : ` in its operation ${read.text('op')}`}` };
  },
};

export const awaitDoneOperation: Operation = {
  word: 'await-done',
  title: 'await done',
  doc: 'Orders the set-up: goes on once an operation of another actor has returned, or that actor has ended. Not something a kernel offers.',
  source: source('the lab’s own step', 'X'),
  parameters: [
    anActor,
    { name: 'op', title: 'operation', doc: 'which of its operations, from 1', required: true, type: { kind: 'quantity', dimension: 'count', min: 1, max: 10_000 } },
  ],
  lower(read) {
    const op = read.operationOf('actor', read.number('op', 'count'));
    return { call: site(awaitDone, read.otherActor('actor'), op), text: `await operation ${read.text('op')} of ${read.text('actor')}` };
  },
};
