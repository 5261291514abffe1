import { ERRNO } from '@shared/domain/errno';
import { SIGNALS } from '@shared/domain/signal';
import type { Row } from '@shared/state/dictionary';
import { actors, operations, processes } from '@shared/state/tables';
import { kernel } from '../kernel';
import { emit } from './events';
import { answer, machine } from './machine';
import { every, frame } from './place';
import { mechanism } from './mechanism';
import { call, done, sleep, type Call, type Mechanism, type Next, type Step } from './step';

/** What an actor does when a signal reaches it at its return to user space. */
export type Handler = 'none' | 'restart' | 'no-restart';

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
const LEAVE_TERMS = every(operations.state, operations.result, operations.errno, operations.killedBy, actors.signal);

type Go = Readonly<Record<string, Next>>;

/**
 * The program of a lab’s actor as a step table of its own: for each operation a step that starts it and one that takes its
 * answer and looks at signals, as a task does on its way back to user space.
 */
export function programOf(actor: string, handler: Handler, ops: readonly ProgramOperation[], exit: Call): Mechanism {
  const steps: Record<string, Step> = {};
  ops.forEach((operation, at) => {
    const nth = at + 1;
    if (operation.atNs > 0) steps[`A${nth}`] = { title: `wait for the time of ${operation.text}`, run: () => sleep(Math.max(0, operation.atNs - kernel.nowNs)) };
    steps[`O${nth}`] = { title: operation.text, writes: BEGIN_TERMS, calls: [operation.call], run: () => { begin(operation); return call(operation.call); } };
    steps[`R${nth}`] = {
      title: `return from ${operation.text}`, writes: LEAVE_TERMS, reads: every(processes.exiting, actors.dead), to: [`O${nth}`, 'KX', 'END'],
      run: go => leave(operation, handler, go, `O${nth}`),
    };
  });
  steps['NX'] = { title: 'the program is over', to: ['END'], run: go => go['END'] };
  steps['KX'] = { title: 'die: leave the process', calls: [exit], run: () => call(exit) };
  steps['END'] = { title: 'end', to: ['done'], run: () => done() };
  return mechanism({ name: `task/${actor}`, source: 'the lab', frame: T, order: Object.keys(steps).join(' '), steps });
}

function begin({ row }: ProgramOperation): void {
  actors.op.set(machine.self, row);
  operations.state.set(row, operations.state.valueOf('running'));
  operations.applied.set(row, 0);
  operations.result.set(row, 0);
  operations.errno.set(row, 0);
  operations.startNs.set(row, kernel.nowNs);
  operations.rounds.set(row, operations.rounds.get(row) + 1);
  emit('operation-started', row);
}

/** Records the answer, delivers a signal, and says where the program goes on. */
function leave(operation: ProgramOperation, handler: Handler, go: Go, start: string): Next | undefined {
  const { self } = machine;
  const signal = actors.signal.get(self);
  const { result, errno } = answer;
  const isFatal = signal !== 0 && (handler === 'none' || signal === SIGNALS.SIGKILL || signal === SIGNALS.SIGBUS);
  if (errno === ERRNO.EINTR && signal !== 0 && handler === 'restart' && !isFatal) {
    deliver(self, signal);
    return go[start];
  }
  operations.state.set(operation.row, operations.state.valueOf('done'));
  operations.result.set(operation.row, result);
  operations.errno.set(operation.row, errno);
  operations.endNs.set(operation.row, kernel.nowNs);
  actors.op.set(self, 0);
  if (isFatal) {
    operations.killedBy.set(operation.row, signal);
    emit('operation-killed', operation.row, signal);
    return go['KX'];
  }
  emit('operation-returned', operation.row, result, errno);
  if (processes.exiting.get(actors.process.get(self)) === 1 || actors.dead.get(self) === 1) return go['END'];
  if (signal !== 0) deliver(self, signal);
  if (operations.rounds.get(operation.row) < operation.times && result >= 0) return go[start];
}

function deliver(self: Row, signal: number): void {
  actors.signal.set(self, 0);
  emit('signal-delivered', actors.nth.get(self), signal);
}
