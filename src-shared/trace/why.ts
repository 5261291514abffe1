import { unreachable } from '../base/assert';
import { tableOf } from '../state/all-tables';
import { regions } from '../state/rdma-tables';
import { busyExtents, holders, links as linkTable, operations, requests } from '../state/tables';
import { showBytes, showNs, showPages, showRate } from '../units/show';
import type { Trace, TraceCursor } from './cursor';
import { cellText, columnTitle } from './content';
import { liveHolders } from './held-ranges';
import { actorName, framePlace, nameOfRow, operationText } from './names';
import { PAGE_STATES, pageStatesIn, type PageStateId } from './page-state';
import type { RunDescription, WhyLink } from './run-description';
import type { Selection } from './selection';
import { LINKS_MAX, shortened } from './wait-graph';
import { whyActor } from './why-actor';
import { eventLink, operationAt, operationLink, type Question, type WhyAnswer } from './why-answer';
import { whyOperation } from './why-operation';
import { linksOfHold, whyPage } from './why-page';

/** Answers "why?" for whatever a person points at, at the place of the cursor. */
export function why(trace: Trace, view: TraceCursor, run: RunDescription, selection: Selection): WhyAnswer {
  const question: Question = { trace, state: view, run };
  switch (selection.kind) {
    case 'none': return { question: 'Nothing is selected', links: [{ text: 'Select a page, a task, an operation or a device and ask why.' }], counts: [], source: '' };
    case 'page': return whyPage(question, selection.pfn);
    case 'actor': return run.actors[selection.nth] === undefined ? unknown('actor') : whyActor(question, selection.nth);
    case 'operation': return run.operations[selection.nth] === undefined ? unknown('operation') : whyOperation(question, selection.nth);
    case 'node': return whyNode(question, selection.id);
    case 'link': return whyLink(question, selection.index);
    case 'row': return whyRow(question, selection.row);
    case 'step': return whyStep(question, selection.index);
    default: return unreachable(selection);
  }
}

const unknown = (what: string): WhyAnswer => ({ question: `This run has no such ${what}`, links: [], counts: [], source: '' });

/** What is said of some pages of a device: "4 pages under a long-term pin". */
const STATE_PHRASES: Readonly<Record<PageStateId, string>> = {
  dma: 'under DMA', 'long-pin': 'under a long-term pin', 'short-pin': 'under a short-term pin', referenced: 'under a reference', busy: 'freed while a device held them: busy',
  'in-transaction': 'freed by a transaction that is not on disk yet', private: 'of device-private memory in use', bar: 'of a BAR that somebody has', mapped: 'mapped', anon: 'of anonymous memory', file: 'of files, neither mapped nor held', free: 'free',
};

function whyNode(question: Question, id: string): WhyAnswer {
  const { state, run } = question;
  const nth = run.actors.findIndex(actor => actor.kind === 'device' && actor.node === id);
  if (nth >= 0) return whyActor(question, nth);
  const memory = run.memories.find(({ node }) => node === id);
  if (memory === undefined) return { question: `What happens at ${id}?`, links: [{ text: 'Data passes through it; it holds no pages and takes no steps of its own.' }], counts: [], source: '' };
  const pages = new Map<PageStateId, number>();
  for (const run_ of pageStatesIn(state, run, memory.firstPfn, memory.firstPfn + memory.pageCount)) pages.set(run_.state, (pages.get(run_.state) ?? 0) + run_.count);
  const links = PAGE_STATES.filter(looks => looks !== 'free').flatMap((looks): WhyLink[] => (pages.has(looks) ? [{ text: `${showPages(pages.get(looks) ?? 0)} ${STATE_PHRASES[looks]}` }] : []));
  return { question: `What is in ${id}?`, links: links.length === 0 ? [{ text: 'every page is free' }] : links.slice(0, LINKS_MAX), counts: [], source: '' };
}

function whyLink({ state, run }: Question, index: number): WhyAnswer {
  const wire = run.links[index];
  if (wire === undefined) return unknown('link');
  const moved = linkTable.bytes.in(state, wire.row);
  const text = moved === 0 ? 'nothing has moved over it yet' : `${showBytes(moved)} moved so far, busy until ${showNs(linkTable.busyUntilNs.in(state, wire.row))}`;
  return { question: `What moves between ${wire.from} and ${wire.to}?`, links: [{ text }, { text: `${showRate(wire.bytesPerSecond)} at most` }], counts: [], source: '' };
}

function whyRow(question: Question, row: number): WhyAnswer {
  const { state, run } = question;
  const name = nameOfRow(state, run, row);
  const asked = `Why is there ${name}?`;
  switch (state.w[row]) {
    case holders.$.id: return { question: `Why is there a ${name}?`, links: isLive(state, row) ? shortened(linksOfHold(question, row)) : goneHold(question, row), counts: [], source: '' };
    case operations.$.id: return whyOperation(question, run.operations.findIndex(operation => operation.row === row));
    case requests.$.id: return whyOperation(question, run.operations.findIndex(operation => operation.row === requests.op.in(state, row)));
    case regions.$.id: return { question: asked, links: linksOfRegistration(question, row), counts: [], source: '' };
    case busyExtents.$.id: return whyPage(question, busyExtents.firstPfn.in(state, row));
    default: return describedRow(question, row);
  }
}

const isLive = (state: TraceCursor, holder: number): boolean => liveHolders(state).includes(holder);

function goneHold({ state, run }: Question, holder: number): WhyLink[] {
  const op = holders.op.in(state, holder);
  return [operationLink(run, op, `it is not there now; ${operationText(run, op)} takes it`)];
}

function linksOfRegistration(question: Question, mr: number): readonly WhyLink[] {
  const { state, run } = question;
  const held = liveHolders(state).find(row => holders.keeper.in(state, row) === mr);
  if (held !== undefined) return shortened(linksOfHold(question, held));
  const op = regions.op.in(state, mr);
  const text = `${nameOfRow(state, run, mr)} is ${regions.state.nameIn(state, mr)}`;
  return op === 0 ? [{ text }] : [{ text }, operationLink(run, op, `registered by ${operationText(run, op)}`)];
}

/** A row that nothing asks why of: what it is, and its columns that are not 0. */
function describedRow({ state, run }: Question, row: number): WhyAnswer {
  const table = tableOf(state.w[row]);
  if (table === undefined) return unknown('row');
  const values = table.columns.filter(({ spec }) => spec.kind !== 'id' && spec.kind !== 'ref' && spec.kind !== 'stack');
  const links = values.filter(column => column.in(state, row) !== 0).map((column): WhyLink =>
    ({ text: `${columnTitle(column.name)} ${cellText(state, run, row, column)}: ${column.spec.doc}` }));
  return { question: `What is ${nameOfRow(state, run, row)}?`, links: links.length === 0 ? [{ text: table.doc }] : links.slice(0, LINKS_MAX), counts: [], source: '' };
}

function whyStep(question: Question, index: number): WhyAnswer {
  const { trace, run } = question;
  if (index < 0 || index >= trace.steps) return unknown('step');
  const { actor, step: id, timeNs } = trace.stepAt(index);
  const step = run.steps.find(entry => entry.id === id);
  const said = [...trace.events(index, index + 1)].slice(0, LINKS_MAX - 1).map(event => eventLink(question, event));
  const op = operationAt(trace, run, actor, index);
  const by: WhyLink = op === 0 ? { text: `taken by ${actorName(run, actor)} at ${showNs(timeNs)}`, at: { kind: 'actor', value: actorName(run, actor) } } : operationLink(run, op, `taken by ${operationText(run, op)} at ${showNs(timeNs)}`);
  return { question: `What did ${step?.name ?? `step ${id}`}, ${step?.title ?? ''}, do?`, links: [...said, by], counts: [], source: step?.source ?? '' };
}

/** A selection in words, for a heading. */
export function selectionText(state: TraceCursor, run: RunDescription, selection: Selection): string {
  switch (selection.kind) {
    case 'none': return 'nothing';
    case 'page': return `page ${framePlace(state, run, selection.pfn)}`;
    case 'actor': return actorName(run, selection.nth);
    case 'operation': return run.operations[selection.nth]?.name ?? 'no operation';
    case 'node': return selection.id;
    case 'link': return run.links[selection.index]?.name ?? 'no link';
    case 'row': return nameOfRow(state, run, selection.row);
    case 'step': return `step ${selection.index + 1}`;
    default: return unreachable(selection);
  }
}
