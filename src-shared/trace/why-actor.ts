import type { State } from '../state/arena';
import type { Row } from '../state/dictionary';
import type { Column } from '../state/table';
import { nics, workRequests } from '../state/rdma-tables';
import { actors, drives, operations, requests } from '../state/tables';
import { showNs } from '../units/show';
import { lastEvent } from './event-search';
import { outcomeText } from './event-text';
import { operationText } from './names';
import { gravestWait, natureOfWait } from './own-work';
import { operationOf, stepOf } from './running-frame';
import type { RunActor, WhyLink } from './run-description';
import { blockedChain, shortened, waitsOf } from './wait-graph';
import type { Wait } from './wait-targets';
import { holdTakenNs, operationAt, operationLink, type Question, type WhyAnswer } from './why-answer';

/** Why a task, worker or engine stands where it stands. */
export function whyActor(question: Question, nth: number): WhyAnswer {
  const { state, run } = question;
  const actor = run.actors[nth];
  const step = stepOf(state, run, actor.row);
  const links = linksOfActor(question, actor, nth);
  const wait = gravestWait(waitsOf(state, run, nth));
  const asked = step === null ? `What did ${actor.name} do?` : wait === null ? `What is ${actor.name} doing?` : askOfWait(actor.name, wait);
  return { question: asked, links, counts: [], source: step?.source ?? '' };
}

/** Who waits for its own I/O, or for what the lab told it to await, is not blocked. */
export const askOfWait = (who: string, { kind }: Wait): string => (natureOfWait(kind) === 'blocked' ? `Why is ${who} blocked?` : `What does ${who} wait for?`);

function linksOfActor(question: Question, actor: RunActor, nth: number): readonly WhyLink[] {
  const { state, run } = question;
  if (waitsOf(state, run, nth).length > 0) return blockedChain(state, run, nth, holder => holdTakenNs(question, holder)).links;
  const step = stepOf(state, run, actor.row);
  if (step === null) return shortened([...finished(question, nth), ...lastWord(question, nth)]);
  if (actor.kind !== 'task') return [atWork(question, actor), ...lastWord(question, nth)];
  const operation = run.operations[operationOf(state, run, actor.row)];
  const next: WhyLink = { text: `next step: ${step.name}, ${step.title}`, at: { kind: 'actor', value: actor.name } };
  const sleepsUntil = actors.wakeNs.in(state, actor.row);
  const asleep: WhyLink[] = sleepsUntil > nowNs(question) ? [{ text: `busy until ${showNs(sleepsUntil)}` }] : [];
  if (operation !== undefined && operations.state.nameIn(state, operation.row) === 'running') return [...asleep, next, operationLink(run, operation.row, `inside ${operationText(run, operation.row)}`)];
  const pending = run.operations.find(candidate => candidate.actor === nth && operations.state.nameIn(state, candidate.row) === 'pending');
  return [...asleep, next, ...(pending === undefined ? lastWord(question, nth) : [operationLink(run, pending.row, `about to begin ${pending.text}`)])];
}

/** Simulated time at the cursor. */
export const nowNs = ({ trace, state }: Question): number => (state.position === 0 || trace.steps === 0 ? 0 : trace.stepAt(state.position - 1).timeNs);

/** A device engine or kernel worker: what it serves, else that it rests. */
function atWork({ state, run }: Question, actor: RunActor): WhyLink {
  const step = stepOf(state, run, actor.row);
  const isAtRest = step?.waitsFor?.kind === 'work';
  return { text: isAtRest ? `${actor.name} waits for work` : `${actor.name} is at ${step?.name ?? 'its end'}, ${step?.title ?? ''}`, at: { kind: 'actor', value: actor.name } };
}

/** Operation of the request or transfer that a device works on; 0 if it rests. */
function servedBy({ state, run }: Question, actor: RunActor): Row {
  const device = run.devices.find(({ name }) => name === actor.node || name === actor.name)?.row ?? 0;
  switch (state.w[device]) {
    case drives.$.id: return keyOf(requests.op, drives.served.in(state, device), state);
    case nics.$.id: return keyOf(workRequests.op, nics.served.in(state, device), state);
    default: return 0;
  }
}

const keyOf = (op: Column, served: Row, state: State): Row => (served === 0 ? 0 : op.in(state, served));

/** How operations end that do not return. */
const ENDINGS: ReadonlyMap<string, string> = new Map([['skipped', 'was skipped'], ['lost', 'was lost with the power']]);

function finished({ state, run }: Question, nth: number): WhyLink[] {
  return run.operations.filter(({ actor }) => actor === nth).slice(0, -1).map(({ row, name, text }) =>
    operationLink(run, row, `${name}: ${text} ${ENDINGS.get(operations.state.nameIn(state, row)) ?? outcomeText(state, row)}`));
}

/** The last operation of an actor, or the one that a device works or worked for: a cause to end with. */
function lastWord(question: Question, nth: number): WhyLink[] {
  const { trace, state, run } = question;
  const own = run.operations.findLast(({ actor }) => actor === nth);
  if (own !== undefined) return [operationLink(run, own.row, `${own.name}: ${own.text} ${endOf(question, own.row)}`)];
  const serving = servedBy(question, run.actors[nth]);
  if (serving !== 0) return [operationLink(run, serving, `works for ${operationText(run, serving)}`)];
  const served = lastEvent(trace, state.position, ['request-completed', 'packet-sent', 'work-completed'], (_argument, _kind, actor) => actor === nth);
  if (served !== null) return [operationLink(run, served.args[0], `last worked for ${operationText(run, served.args[0])} at ${showNs(trace.stepAt(served.step).timeNs)}`)];
  return run.actors[nth].kind === 'worker' ? lastFreed(question) : [];
}

/** Kernel workers look after blocks that operations freed. */
function lastFreed({ trace, state, run }: Question): WhyLink[] {
  const freed = lastEvent(trace, state.position, ['blocks-freed', 'blocks-busy']);
  const op = freed === null ? 0 : operationAt(trace, run, trace.stepAt(freed.step).actor, freed.step);
  return op === 0 ? [] : [operationLink(run, op, `blocks were last freed by ${operationText(run, op)}`)];
}

/** "returned 0 at 3 µs", "is under way", "has not begun". */
export function endOf({ state }: Question, op: Row): string {
  const phase = operations.state.nameIn(state, op);
  if (phase === 'done') return `${outcomeText(state, op)} at ${showNs(operations.endNs.in(state, op))}`;
  if (phase === 'running') return `is under way since ${showNs(operations.startNs.in(state, op))}`;
  return ENDINGS.get(phase) ?? 'has not begun';
}
