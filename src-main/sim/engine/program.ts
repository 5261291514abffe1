import { ERRNO } from '@shared/domain/errno';
import { SIGNALS } from '@shared/domain/signal';
import type { Row } from '@shared/state/dictionary';
import { actors, operations, processes } from '@shared/state/tables';
import { kernel } from '../kernel';
import { emit } from './events';
import { answer, machine } from './machine';
import { every, frame } from './place';
import { mechanism } from './mechanism';
import { SIGNAL_TERMS, sendSignalTo, type Handler } from './signals';
import { call, done, sleep, type Call, type Mechanism, type Next, type Step } from './step';

export interface ProgramOperation {
  readonly row: Row;
  readonly text: string;
  readonly call: Call;
  /** Simulated time before which it does not start; 0 if at once. */
  readonly atNs: number;
  /** How often it runs; Infinity until it fails. */
  readonly times: number;
}

const T = frame();
const BEGIN_TERMS = every(operations.state, operations.result, operations.errno, operations.applied);
const LEAVE_TERMS = [...every(operations.state, operations.result, operations.errno, operations.killedBy), ...SIGNAL_TERMS];

const isBorn = (): boolean => processes.unborn.get(actors.process.get(machine.self)) === 0;

type Go = Readonly<Record<string, Next>>;

/**
 * The program of a lab’s actor as a step table of its own: for each operation a step that starts it, one that takes its answer
 * and looks at signals, as a task does on its way back to user space, and one that starts it again for SA_RESTART.
 */
export function programOf(actor: string, handler: Handler, ops: readonly ProgramOperation[], exit: Call, isForked: boolean): Mechanism {
  const steps: Record<string, Step> = {};
  if (isForked) steps['F0'] = { title: 'come into being by fork', when: isBorn, waitsFor: { kind: 'work' }, reads: every(processes.unborn) };
  ops.forEach((operation, at) => Object.assign(steps, stepsOf(operation, at + 1, handler)));
  steps['NX'] = { title: 'the program is over, unless a signal has come', reads: every(actors.dead), to: ['KX', 'done'], run: go => (actors.dead.get(machine.self) === 0 ? done() : go['KX']) };
  steps['KX'] = { title: 'die: leave the process', calls: [exit], run: () => call(exit) };
  steps['END'] = { title: 'end', to: ['done'], run: () => done() };
  return mechanism({ name: `task/${actor}`, source: 'the lab', frame: T, order: Object.keys(steps).join(' '), steps });
}

function stepsOf(operation: ProgramOperation, nth: number, handler: Handler): Record<string, Step> {
  const again = `O${nth}`;
  const restart = `S${nth}`;
  const steps: Record<string, Step> = {};
  if (operation.atNs > 0) steps[`A${nth}`] = { title: `wait for the time of ${operation.text}`, run: () => sleep(Math.max(0, operation.atNs - kernel.nowNs)) };
  steps[again] = {
    title: operation.text, interruptible: 'kill', reads: every(actors.dead), writes: [...BEGIN_TERMS, ...every(actors.signal)], calls: [operation.call], to: [`R${nth}`, 'KX'],
    run: go => {
      if (actors.dead.get(machine.self) !== 0) return go['KX'];
      deliver();
      begin(operation);
      return call(operation.call, go[`R${nth}`]);
    },
  };
  steps[restart] = { title: `restart ${operation.text}`, calls: [operation.call], run: () => call(operation.call) };
  steps[`R${nth}`] = {
    title: `return from ${operation.text}`, writes: LEAVE_TERMS, reads: every(processes.exiting), to: [again, restart, 'KX', 'END'],
    run: go => leave(operation, handler, go, { again, restart }),
  };
  return steps;
}

function begin({ row }: ProgramOperation): void {
  actors.op.set(machine.self, row);
  operations.state.set(row, operations.state.valueOf('running'));
  operations.applied.set(row, 0);
  operations.assumed.set(row, 0);
  operations.blockedNs.set(row, 0);
  operations.result.set(row, 0);
  operations.errno.set(row, 0);
  operations.startNs.set(row, kernel.nowNs);
  operations.rounds.set(row, operations.rounds.get(row) + 1);
  emit('operation-started', row);
}

/** Records the answer, looks at signals, and says where the program goes on. */
function leave(operation: ProgramOperation, handler: Handler, go: Go, to: { readonly again: string; readonly restart: string }): Next | undefined {
  const { self } = machine;
  const { result, errno } = answer;
  const signal = actors.signal.get(self);
  if (FAULTS.has(signal)) sendSignalTo(self, signal);
  const killedBy = actors.dead.get(self);
  if (killedBy === 0 && errno === ERRNO.EINTR && signal !== 0 && handler === 'restart') {
    deliver();
    return go[to.restart];
  }
  operations.state.set(operation.row, operations.state.valueOf('done'));
  operations.result.set(operation.row, result);
  operations.errno.set(operation.row, errno);
  operations.endNs.set(operation.row, kernel.nowNs);
  actors.op.set(self, 0);
  if (killedBy !== 0) {
    operations.killedBy.set(operation.row, killedBy);
    emit('operation-killed', operation.row, killedBy);
    return go['KX'];
  }
  emit('operation-returned', operation.row, result, errno);
  if (processes.exiting.get(actors.process.get(self)) === 1) return go['END'];
  deliver();
  if (operations.rounds.get(operation.row) >= operation.times || result < 0) return undefined;
  // Where a round has cost nothing, time would stand still for everybody else.
  return kernel.nowNs > operations.startNs.get(operation.row) ? go[to.again] : sleep(kernel.costs.syscallNs, go[to.again]);
}

/** Signals that a CPU access raises in the task itself. */
const FAULTS: ReadonlySet<number> = new Set([SIGNALS.SIGBUS, SIGNALS.SIGSEGV]);

/** A handled signal runs its handler on the way to user space. */
function deliver(): void {
  const signal = actors.signal.get(machine.self);
  if (signal === 0) return;
  actors.signal.set(machine.self, 0);
  emit('signal-delivered', actors.nth.get(machine.self), signal);
}
