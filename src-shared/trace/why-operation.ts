import { actors, operations } from '../state/tables';
import { showNs } from '../units/show';
import type { EventKind, TraceEvent } from './event';
import { lastEvent } from './event-search';
import { actorName, operationText } from './names';
import { decidingSource, endStepOf, firstStepOf } from './operation-span';
import { gravestWait } from './own-work';
import { stepOf } from './running-frame';
import type { RunOperation, WhyLink } from './run-description';
import { blockedChain, LINKS_MAX, shortened, waitsOf } from './wait-graph';
import { askOfWait, endOf, whyActor } from './why-actor';
import { eventLink, holdTakenNs, operationLink, policyLink, sourceOfAxis, type Question, type WhyAnswer } from './why-answer';
import { whyLost } from './why-power';
import { failedTransfer, whyEnded, whyErrno, whySkipped, whyStatus } from './why-refusal';

/** Why an operation has not begun, waits, failed, was ended, or what it did. */
export function whyOperation(question: Question, nth: number): WhyAnswer {
  const { state, run } = question;
  const operation = run.operations[nth];
  const phase = operations.state.nameIn(state, operation.row);
  const hasActorEnded = actors.pc.in(state, run.actors[operation.actor].row) === 0;
  if (phase === 'skipped' || (phase === 'pending' && hasActorEnded)) return whySkipped(question, operation);
  if (phase === 'pending') return whyNotBegun(question, operation);
  if (phase === 'running') return whyUnderWay(question, operation);
  if (phase === 'lost') return whyLost(question, operation);
  if (operations.killedBy.in(state, operation.row) !== 0) return whyEnded(question, operation);
  if (operations.errno.in(state, operation.row) !== 0) return whyErrno(question, operation);
  const transfer = failedTransfer(question, operation);
  return transfer === 0 ? whatItDid(question, operation) : whyStatus(question, operation, transfer);
}

function whyNotBegun(question: Question, operation: RunOperation): WhyAnswer {
  const { state, run } = question;
  const actor = run.actors[operation.actor];
  const before = run.operations.find(candidate => candidate.actor === operation.actor && operations.state.nameIn(state, candidate.row) === 'running');
  const asked = `Why has ${operation.text} not begun?`;
  if (before === undefined) {
    const wakeNs = actors.wakeNs.in(state, actor.row);
    const first: WhyLink = { text: `${actor.name} has not come to it${wakeNs > 0 ? `: it goes on at ${showNs(wakeNs)}` : ''}`, at: { kind: 'actor', value: actor.name } };
    return { question: asked, links: [first, operationLink(run, operation.row, `${operation.name}: ${operation.text}`)], counts: [], source: '' };
  }
  const inner = whyActor(question, operation.actor);
  return { ...inner, question: asked, links: shortened([operationLink(run, before.row, `${actor.name} is still inside ${before.text}`), ...inner.links]) };
}

function whyUnderWay(question: Question, operation: RunOperation): WhyAnswer {
  const { state, run } = question;
  const wait = gravestWait(waitsOf(state, run, operation.actor));
  const source = stepOf(state, run, run.actors[operation.actor].row)?.source ?? '';
  const again = startedOver(question, operation);
  const links = wait !== null ? blockedChain(state, run, operation.actor, holder => holdTakenNs(question, holder)).links : whyActor(question, operation.actor).links;
  const asked = wait !== null ? askOfWait(operation.text, wait) : again.length > 0 ? `Why has ${operation.text} not ended?` : `What is ${operation.text} doing?`;
  return { question: asked, links: shortened([...again, ...links]), counts: [], source };
}

/** A layout operation that waits again and again starves, however short each hold is (L1). */
function startedOver(question: Question, operation: RunOperation): WhyLink[] {
  const { trace, run, state } = question;
  const first = firstStepOf(question, operation);
  let waits = 0;
  let last: TraceEvent | null = null;
  for (let end = state.position; ;) {
    const found = lastEvent(trace, end, ['layout-wait'], (_argument, _kind, actor) => actor === operation.actor, first);
    if (found === null) break;
    last ??= found;
    waits++;
    end = found.step;
  }
  if (last === null || waits < 2) return [];
  const repeating = run.operations.filter(({ repeats, row }) => repeats && operations.rounds.in(state, row) > 1);
  return [
    { ...eventLink(question, last), text: `${actorName(run, operation.actor)} found a page held ${waits} times and looked again each time` },
    ...repeating.slice(0, 2).map(({ row }) => operationLink(run, row, `${operationText(run, row)} comes again and again: round ${operations.rounds.in(state, row)}`)),
  ];
}

const REMOVALS: ReadonlySet<EventKind> = new Set(['size-changed', 'blocks-freed', 'blocks-busy']);

/** A layout operation that answered 0 but was never carried out (S16). */
const isEmptySuccess = ({ state }: Question, { word, row }: RunOperation): boolean =>
  (word === 'ftruncate' || word === 'fallocate' || word === 'reflink') && operations.applied.in(state, row) === 0;

/** What people want to know of a call that worked; the rest is in the event list. */
const DEEDS: readonly EventKind[] = [
  'layout-wait', 'layout-retry', 'size-changed', 'blocks-freed', 'blocks-busy', 'blocks-allocated', 'request-submitted', 'mr-registered', 'mr-deregistered', 'dmabuf-exported', 'dmabuf-moved', 'dmabuf-revoked', 'importer-notified', 'move-notify-warned',
  'reference-taken', 'pin-taken', 'hold-released', 'file-written', 'store-landed', 'load-done', 'signal-sent', 'process-exited', 'range-unmapped', 'page-faulted', 'pmd-mapped', 'pmd-fell-back', 'pmd-entry-downgraded',
  'power-failed', 'stores-lost', 'log-replayed', 'machine-booted',
];

function whatItDid(question: Question, operation: RunOperation): WhyAnswer {
  const { trace, run } = question;
  const first = firstStepOf(question, operation);
  const deeds: TraceEvent[] = [];
  for (const kind of DEEDS) {
    const found = lastEvent(trace, endStepOf(question, operation), [kind], (_argument, _kind, actor) => actor === operation.actor, first);
    if (found !== null) deeds.push(found);
  }
  const shown = deeds.slice(0, LINKS_MAX - 1).sort((a, b) => a.step - b.step);
  const end = operationLink(run, operation.row, `${operationText(run, operation.row)} ${endOf(question, operation.row)}`);
  const links = shown.map(event => eventLink(question, event));
  const asked = `What did ${operation.text} do?`;
  const hasRemoved = deeds.some(({ kind }) => REMOVALS.has(kind));
  if (hasRemoved || !isEmptySuccess(question, operation)) return { question: asked, links: [...links, end], counts: [], source: decidingSource(question, operation) };
  const lie: WhyLink = { text: 'it removed nothing: the size or layout it asked for does not hold' };
  return { question: asked, links: [...links.slice(-3), end, lie, policyLink(run, 'truncate-vs-dma', 'success without effect by')], counts: [], source: sourceOfAxis(run, 'truncate-vs-dma') };
}
