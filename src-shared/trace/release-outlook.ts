import type { State } from '../state/arena';
import type { Row } from '../state/dictionary';
import { dmabufs, regions } from '../state/rdma-tables';
import { actors, holders, operations, pipes, processes, requests } from '../state/tables';
import { actorName, nameOfRow, operationName, processName } from './names';
import { operationOf } from './running-frame';
import type { RunDescription, RunOperation } from './run-description';
import { outlookOfTargetMemory } from './target-waits';

/** What would end a hold or a mapping, and who has to act for it. */
export interface ReleaseOutlook {
  /** Somebody is at work on it, an operation of somebody's program will do it, or nothing that is scheduled does. */
  readonly kind: 'under-way' | 'scheduled' | 'never';
  /** Index of the actor that has to act; null if nobody will. */
  readonly actor: number | null;
  /** Index of the operation that ends it, else of the one that took it. */
  readonly operation: number;
  /** "released when nvme0 completes app.1". */
  readonly text: string;
}

/** What ends the hold of `holder`. */
export function outlookOfHold(state: State, run: RunDescription, holder: Row): ReleaseOutlook {
  const keeper = holders.keeper.in(state, holder);
  const op = holders.op.in(state, holder);
  switch (keeper === 0 ? 0 : state.w[keeper]) {
    case requests.$.id: return outlookOfRequest(state, run, keeper);
    case regions.$.id: return outlookOfRegistration(state, run, keeper, op);
    case pipes.$.id: return outlookOfPipe(state, run, keeper, op);
    case dmabufs.$.id: return { kind: 'never', actor: null, operation: indexOf(run, op), text: `released when the exporter moves or frees ${nameOfRow(state, run, keeper)}: never scheduled` };
    default: return outlookOfCall(state, run, op);
  }
}

/** Operations that end something. They name it in their text. */
const ENDS = {
  registration: ['ibv-dereg', 'dereg', 'uring-unregister', 'uring-close'],
  pipe: ['read-pipe', 'close-pipe'],
  mapping: ['munmap'],
} as const;

function outlookOfRequest(state: State, run: RunDescription, request: Row): ReleaseOutlook {
  const op = requests.op.in(state, request);
  const operation = indexOf(run, op);
  const owner = run.operations[operation]?.actor ?? null;
  const name = operationName(run, op);
  const phase = requests.state.nameIn(state, request);
  if (phase === 'submitted' || phase === 'running') {
    const device = requests.device.in(state, request);
    return { kind: 'under-way', actor: deviceActor(run, device), operation, text: `released when ${nameOfRow(state, run, device)} completes ${name}` };
  }
  const who = owner === null ? 'its task' : actorName(run, owner);
  const what = phase === 'pinning' ? `${who} has submitted all of ${name} and the drive completes it` : `${who} completes ${name}`;
  return { kind: 'under-way', actor: owner, operation, text: `released when ${what}` };
}

function outlookOfRegistration(state: State, run: RunDescription, mr: Row, op: Row): ReleaseOutlook {
  const process = regions.process.in(state, mr);
  const taken = indexOf(run, op);
  const runs = run.operations[taken];
  const isRegistering = runs !== undefined && operations.state.nameIn(state, op) === 'running' && regions.state.nameIn(state, mr) !== 'valid';
  if (isRegistering) return { kind: 'under-way', actor: runs.actor, operation: taken, text: `${actorName(run, runs.actor)} is still registering ${nameOfRow(state, run, mr)}` };
  const ending = pendingEnd(state, run, ENDS.registration, mr, run.regions) ?? pendingExit(state, run, process);
  const name = nameOfRow(state, run, mr);
  const leaving = leavingThread(state, run, process);
  if (leaving !== null) return onTheWayOut(state, run, leaving, process, taken);
  if (ending !== null) return scheduled(state, run, ending, `released by ${operationName(run, ending.row)} (${ending.text})`);
  return { kind: 'never', actor: null, operation: taken, text: `released by deregistering ${name} or exit of ${processName(run, process)}: never scheduled` };
}

function outlookOfPipe(state: State, run: RunDescription, pipe: Row, op: Row): ReleaseOutlook {
  const process = pipes.process.in(state, pipe);
  const ending = pendingEnd(state, run, ENDS.pipe, pipe, run.pipes) ?? pendingExit(state, run, process);
  const leaving = leavingThread(state, run, process);
  if (leaving !== null) return onTheWayOut(state, run, leaving, process, indexOf(run, op));
  if (ending !== null) return scheduled(state, run, ending, `released by ${operationName(run, ending.row)} (${ending.text})`);
  return { kind: 'never', actor: null, operation: indexOf(run, op), text: `released by reading or closing ${nameOfRow(state, run, pipe)} or exit of ${processName(run, process)}: never scheduled` };
}

/** A hold that only its own call keeps. */
function outlookOfCall(state: State, run: RunDescription, op: Row): ReleaseOutlook {
  const operation = indexOf(run, op);
  const called = run.operations[operation];
  if (called !== undefined && operations.state.nameIn(state, op) === 'running') {
    return { kind: 'under-way', actor: called.actor, operation, text: `released before ${called.name} returns` };
  }
  return { kind: 'never', actor: null, operation, text: `${operationName(run, op)} returned and left it behind: never released` };
}

/** What gives peer-to-peer memory back that a driver has. */
export function outlookOfAllocation(state: State, run: RunDescription, allocation: Row): ReleaseOutlook {
  const target = outlookOfTargetMemory(state, run, allocation);
  if (target !== null) return target;
  const ending = pendingEnd(state, run, ['p2p-free'], allocation, run.p2pBuffers);
  if (ending !== null) return scheduled(state, run, ending, `given back by ${operationName(run, ending.row)} (${ending.text})`);
  return { kind: 'never', actor: null, operation: -1, text: 'given back by the driver that has it: never scheduled' };
}

/** What ends a mapping of `process`. */
export function outlookOfMapping(state: State, run: RunDescription, process: Row): ReleaseOutlook {
  const leaving = leavingThread(state, run, process);
  if (leaving !== null) return onTheWayOut(state, run, leaving, process, -1);
  const ending = run.operations.find(operation => isAhead(state, run, operation) && ENDS.mapping.some(word => word === operation.word) && processOf(state, run, operation) === process)
    ?? pendingExit(state, run, process);
  if (ending !== null) return scheduled(state, run, ending, `unmapped by ${operationName(run, ending.row)} (${ending.text})`);
  return { kind: 'never', actor: null, operation: -1, text: `unmapped by munmap or exit of ${processName(run, process)}: never scheduled` };
}

function scheduled(state: State, run: RunDescription, ending: RunOperation, text: string): ReleaseOutlook {
  const reached = operations.state.nameIn(state, ending.row) === 'running' ? 'under way' : 'not reached yet';
  return { kind: 'scheduled', actor: ending.actor, operation: run.operations.indexOf(ending), text: `${text}: ${reached}` };
}

function pendingEnd(state: State, run: RunDescription, words: readonly string[], target: Row, named: readonly { readonly row: Row; readonly name: string }[]): RunOperation | null {
  const name = named.find(({ row }) => row === target)?.name;
  return run.operations.find(operation => isAhead(state, run, operation) && words.includes(operation.word) && name !== undefined && names(operation, name)) ?? null;
}

/** Index of the thread that tears the process down, or that was killed and will; null if neither. */
function leavingThread(state: State, run: RunDescription, process: Row): number | null {
  const isExiting = process !== 0 && processes.exiting.in(state, process) === 1;
  const threads = run.actors.map(({ row }, nth) => ({ row, nth })).filter(({ row }) => process !== 0 && actors.process.in(state, row) === process && actors.pc.in(state, row) !== 0);
  const killed = threads.find(({ row }) => actors.dead.in(state, row) !== 0);
  return (isExiting ? threads.find(({ row }) => actors.dead.in(state, row) === 0) ?? killed : killed)?.nth ?? null;
}

function onTheWayOut(state: State, run: RunDescription, nth: number, process: Row, taken: number): ReleaseOutlook {
  const inside = operationOf(state, run, run.actors[nth].row);
  return { kind: 'under-way', actor: nth, operation: inside < 0 ? taken : inside, text: `released by the exit of ${processName(run, process)}, which is under way` };
}

/** An exit of the process, or a signal that ends it. */
function pendingExit(state: State, run: RunDescription, process: Row): RunOperation | null {
  const threads = run.actors.filter(({ row }) => actors.process.in(state, row) === process).map(({ name }) => name);
  const ends = (operation: RunOperation): boolean =>
    (operation.word === 'exit' && processOf(state, run, operation) === process) || (operation.word === 'kill' && operation.text.includes('SIGKILL') && threads.some(name => names(operation, name)));
  return run.operations.find(operation => isAhead(state, run, operation) && ends(operation)) ?? null;
}

/** Still to come, or under way: not an operation of a program that has ended before it. */
const isAhead = (state: State, run: RunDescription, { row, actor }: RunOperation): boolean => {
  const reached = operations.state.nameIn(state, row);
  return reached === 'running' || (reached === 'pending' && actors.pc.in(state, run.actors[actor].row) !== 0);
};
const names = ({ text }: RunOperation, name: string): boolean => text.split(/[^\w.-]+/).includes(name);
const processOf = (state: State, run: RunDescription, { actor }: RunOperation): Row => actors.process.in(state, run.actors[actor].row);
const indexOf = (run: RunDescription, op: Row): number => run.operations.findIndex(({ row }) => row === op);

/** Index of the engine of a drive or NIC; null if it has none. */
export function deviceActor(run: RunDescription, device: Row): number | null {
  const node = run.devices.find(({ row }) => row === device)?.name;
  const nth = run.actors.findIndex(actor => actor.kind === 'device' && (actor.node === node || actor.name === node));
  return nth < 0 ? null : nth;
}
