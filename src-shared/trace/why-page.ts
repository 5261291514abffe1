import { unreachable } from '../base/assert';
import type { Row } from '../state/dictionary';
import { valueAt } from '../state/page-runs';
import { regions } from '../state/rdma-tables';
import { busyExtents, holders, hosts } from '../state/tables';
import { showNs } from '../units/show';
import { lastEvent } from './event-search';
import type { EventKind } from './event';
import { explainCounts } from './holder-counts';
import { holdsOn } from './held-ranges';
import { actorName, frameName, framePlace, heldPages, holdWord, keeperName, memoryOf, nameOfRow, operationText, processName } from './names';
import { mappingsOf, type PageMapping } from './page-mappings';
import { pageStateAt, type PageStateId } from './page-state';
import { outlookOfHold, outlookOfMapping } from './release-outlook';
import type { RunDescription, WhyLink } from './run-description';
import { blockedChain, releaseLink, shortened, waitsOf } from './wait-graph';
import { holdTakenNs, operationAt, operationLink, policyLink, sourceOfAxis, type Question, type WhyAnswer } from './why-answer';
import { lentPiece, whyLent } from './why-lent';
import { whyNotMoved, whyOnDevice } from './why-migration';

const REFCOUNT_AXIS = 'zone-device-refcount';

/** Why a frame is held, mapped, busy, owned or free. */
export function whyPage(question: Question, pfn: number): WhyAnswer {
  const { state, run } = question;
  const looks = pageStateAt(state, run, pfn).state;
  const counts = explainCounts(state, run, pfn).refTerms.map(({ text, value }) => ({ text, value }));
  return { question: `Why is page ${framePlace(state, run, pfn)} ${QUESTIONS[looks]}?`, links: linksOf(question, pfn, looks), counts, source: sourceOf(run, looks) };
}

const QUESTIONS: Readonly<Record<PageStateId, string>> = {
  dma: 'under DMA', 'long-pin': 'still pinned', 'short-pin': 'still pinned', referenced: 'still referenced', busy: 'busy',
  'in-transaction': 'not free yet', private: 'on the device', bar: 'not in its pool', mapped: 'mapped', anon: 'in use', file: 'not free', free: 'free',
};

function sourceOf(run: RunDescription, looks: PageStateId): string {
  switch (looks) {
    case 'long-pin': return sourceOfAxis(run, 'longterm-file-pin');
    case 'dma': case 'short-pin': case 'referenced': return sourceOfAxis(run, 'pin-accounting');
    case 'busy': case 'in-transaction': return sourceOfAxis(run, 'truncate-vs-dma');
    case 'private': return sourceOfAxis(run, 'device-migration');
    case 'mapped': case 'anon': case 'file': case 'free': case 'bar': return sourceOfAxis(run, REFCOUNT_AXIS);
    default: return unreachable(looks);
  }
}

function linksOf(question: Question, pfn: number, looks: PageStateId): readonly WhyLink[] {
  switch (looks) {
    case 'dma': return lentPiece(question.state, pfn) === 0 ? whyHeld(question, pfn) : whyLent(question, pfn);
    case 'long-pin': case 'short-pin': case 'referenced': return whyHeld(question, pfn);
    case 'busy': case 'in-transaction': return whyBusy(question, pfn);
    case 'mapped': return whyMapped(question, pfn);
    case 'anon': return whyAnonymous(question, pfn);
    case 'file': return whyOwned(question, pfn);
    case 'private': return whyOnDevice(question, pfn);
    case 'bar': return [policyLink(question.run, REFCOUNT_AXIS, 'counted by')];
    case 'free': return whyFree(question, pfn);
    default: return unreachable(looks);
  }
}

const HOLDS_WORST_FIRST = ['longterm', 'pin', 'get'];

/** The hold that lasts longest, who took it, who allowed it, who waits for it, and what ends it. */
function whyHeld(question: Question, pfn: number): readonly WhyLink[] {
  const { state, run } = question;
  const rank = (row: Row): number => HOLDS_WORST_FIRST.indexOf(holders.how.nameIn(state, row));
  const held = holdsOn(state, run.host, pfn, pfn + 1).sort((a, b) => rank(a) - rank(b));
  const links = linksOfHold(question, held[0], held.length - 1);
  return shortened([...links.slice(0, 2), ...whyNotMoved(question, pfn), ...waiters(question, pfn).slice(0, 1), ...links.slice(2)]);
}

/** A hold from its keeper to what ends it; also used where the hold itself is selected. */
export function linksOfHold(question: Question, row: Row, others = 0): readonly WhyLink[] {
  const { state, run } = question;
  const how = holders.how.nameIn(state, row);
  const taken = holdTakenNs(question, row);
  const op = holders.op.in(state, row);
  const outlook = outlookOfHold(state, run, row);
  const links: WhyLink[] = [
    { text: `${keeperName(state, run, row)} has a ${holdWord(how)} on ${heldPages(state, run, row)}`, at: { kind: 'row', value: String(row) } },
    operationLink(run, op, `taken by ${operationText(run, op)}${taken === null ? '' : ` at ${showNs(taken)}`}`),
  ];
  if (how === 'longterm' && holders.owner.in(state, row) !== 0) links.push(policyLink(run, 'longterm-file-pin', 'allowed by'));
  links.push(...movedOn(question, row));
  if (others > 0) links.push({ text: others === 1 ? 'one more hold is on the page' : `${others} more holds are on the page` });
  const isStuck = outlook.actor !== null && waitsOf(state, run, outlook.actor).length > 0;
  const stuck = isStuck ? blockedChain(state, run, outlook.actor, holder => holdTakenNs(question, holder)).links : [];
  return [...links, releaseLink(run, outlook), ...stuck];
}

/** Under a hold a block may come to belong to another file, or to none (S1, S2). */
function movedOn({ state, run }: Question, holder: Row): WhyLink[] {
  const pfn = holders.pfnFirst.in(state, holder);
  const then = holders.owner.in(state, holder);
  const now = valueAt(state, run.host, hosts.owner.field, pfn);
  if (then <= 0 || then === now) return [];
  const is = now > 0 ? `belongs to ${frameName(state, run, pfn)}` : 'belongs to no file';
  return [{ text: `the block was ${heldPages(state, run, holder)} then and ${is} now`, at: { kind: 'page', value: String(pfn) } }];
}

/** Tasks that wait for the page. */
function waiters({ state, run }: Question, pfn: number): WhyLink[] {
  const name = framePlace(state, run, pfn);
  return run.actors.flatMap((actor, nth) => waitsOf(state, run, nth)
    .filter(wait => wait.kind === 'page-idle' && wait.text === `page ${name} to become idle`)
    .map(() => ({ text: `${actor.name} waits for it`, at: { kind: 'actor' as const, value: actor.name } })));
}

function whyBusy(question: Question, pfn: number): readonly WhyLink[] {
  const { state, run } = question;
  const extent = busyExtents.$.rows(state).find(row => {
    const first = busyExtents.firstPfn.in(state, row);
    return busyExtents.state.in(state, row) !== 0 && first <= pfn && pfn < first + busyExtents.pageCount.in(state, row);
  });
  const held = extent === undefined ? [] : holdsOn(state, run.host, busyExtents.firstPfn.in(state, extent), busyExtents.firstPfn.in(state, extent) + busyExtents.pageCount.in(state, extent));
  const freed = changed(question, pfn, ['blocks-busy', 'blocks-freed'], 'freed');
  const waiting: WhyLink = held.length > 0
    ? { text: `not reusable while a page of ${nameOfRow(state, run, extent ?? 0)} is held`, at: { kind: 'row', value: String(extent ?? 0) } }
    : { text: `not reusable before ${extent !== undefined && busyExtents.state.nameIn(state, extent) === 'dax-wait' ? 'the worker has looked' : 'the log commits'}` };
  return [...freed, waiting, ...held.slice(0, 1).flatMap(row => linksOfHold(question, row, held.length - 1)).slice(0, 3), policyLink(run, 'truncate-vs-dma', 'kept back by')];
}

function whyMapped(question: Question, pfn: number): readonly WhyLink[] {
  const { state, run } = question;
  const mapped = [...mappingsOf(state, pfn)];
  const [first] = mapped;
  if (first === undefined) return [policyLink(run, REFCOUNT_AXIS, 'counted by')];
  const inPmd = new Set(mapped.filter(({ isHuge }) => isHuge).map(({ process }) => process));
  const links = [...new Set(mapped.map(({ process }) => process))].slice(0, 3)
    .map((process): WhyLink => ({ text: `mapped by ${processName(run, process)}${inPmd.has(process) ? ', with the 2 MiB around it, by a PMD' : ''}`, at: { kind: 'row', value: String(process) } }));
  const came = changed(question, pfn, ['page-faulted', 'pmd-mapped'], 'faulted in');
  const faulted = came[0]?.at?.kind === 'actor' ? [...came, ...askedByNic(question, mapped)] : came;
  const outlook = outlookOfMapping(state, run, first.process);
  return [...links, ...whyNotMoved(question, pfn), ...faulted, outlook.operation < 0 && faulted.length > 0 ? { ...faulted.at(-1), text: outlook.text } : releaseLink(run, outlook)];
}

/** The registration for which an engine faulted the page in: nobody asked for the page, somebody registered it on demand. */
function askedByNic({ state, run }: Question, mapped: readonly PageMapping[]): readonly WhyLink[] {
  const asking = regions.$.rows(state).find(mr => regions.kind.nameIn(state, mr) === 'odp' && mapped.some(({ process, vpn }) =>
    regions.process.in(state, mr) === process && regions.vpnFirst.in(state, mr) <= vpn && vpn < regions.vpnFirst.in(state, mr) + regions.pageCount.in(state, mr)));
  if (asking === undefined) return [];
  const op = regions.op.in(state, asking);
  return [operationLink(run, op, `on demand for ${nameOfRow(state, run, asking)}: ${operationText(run, op)}`)];
}

function whyAnonymous(question: Question, pfn: number): readonly WhyLink[] {
  const { state, run } = question;
  const owner = run.processes[valueAt(state, run.host, hosts.anon.field, pfn) - 1];
  const of: WhyLink = owner === undefined ? { text: 'anonymous memory' } : { text: `anonymous memory of ${owner.name}`, at: { kind: 'row', value: String(owner.row) } };
  const faulted = changed(question, pfn, ['page-faulted'], 'faulted in');
  return [of, ...(faulted.length > 0 ? faulted : [policyLink(run, REFCOUNT_AXIS, 'counted by')])];
}

function whyOwned(question: Question, pfn: number): readonly WhyLink[] {
  const { state, run } = question;
  if (memoryOf(run, pfn)?.fs === 0) {
    const cached: WhyLink = { text: `the page cache has it for ${frameName(state, run, pfn)}, and it alone`, at: { kind: 'page', value: String(pfn) } };
    return [cached, policyLink(run, 'pin-accounting', 'counted by')];
  }
  const allocated = changed(question, pfn, ['blocks-allocated', 'blocks-unshared'], 'allocated');
  const since: readonly WhyLink[] = allocated.length > 0 ? allocated : [{ text: 'allocated before the run began' }];
  return [
    { text: `the block of ${frameName(state, run, pfn)}; nobody holds or maps it`, at: { kind: 'page', value: String(pfn) } },
    ...sharedBy(question, pfn), ...since, policyLink(run, REFCOUNT_AXIS, `idle at refcount ${run.counts.baseRefs.fsdax} by`),
  ];
}

/** A block that a reflink made several file pages refer to. */
function sharedBy({ state, run }: Question, pfn: number): readonly WhyLink[] {
  const sharers = valueAt(state, run.host, hosts.sharers.field, pfn);
  return sharers === 0 ? [] : [{ text: `${sharers === 1 ? 'one more file page shares it' : `${sharers} more file pages share it`}: whoever writes gets a copy` }];
}

function whyFree(question: Question, pfn: number): readonly WhyLink[] {
  const { run } = question;
  const memory = memoryOf(run, pfn);
  const freed = changed(question, pfn, ['busy-extent-cleared', 'blocks-freed', 'blocks-busy'], 'freed');
  if (memory === undefined) return [{ text: 'no memory of this lab has that pfn' }, policyLink(run, REFCOUNT_AXIS, 'counted by')];
  const never: WhyLink = { text: memory.fs === 0 ? 'never used in this run so far' : 'no file owns the block so far' };
  return [...(freed.length > 0 ? freed : [never]), policyLink(run, REFCOUNT_AXIS, `idle at refcount ${memory.fs === 0 ? 0 : run.counts.baseRefs.fsdax} by`)];
}

/** Arguments of an event that name its first frame and how many. */
const FRAMES: Readonly<Partial<Record<EventKind, readonly [pfn: number, pages: number | null]>>> = {
  'blocks-allocated': [2, 3], 'blocks-unshared': [2, 3], 'blocks-freed': [1, 2], 'blocks-busy': [1, 2], 'busy-extent-cleared': [1, 2], 'page-faulted': [2, null], 'pmd-mapped': [2, 3],
};

/** Who made the page so last, and when; empty if the trace does not say. */
function changed(question: Question, pfn: number, kinds: readonly EventKind[], verb: string): readonly WhyLink[] {
  const { trace, state, run } = question;
  const found = lastEvent(trace, state.position, kinds, (argument, kind) => {
    const [first, pages] = FRAMES[kind]!;
    return argument(first) <= pfn && (pages === null || pfn < argument(first) + argument(pages)) && (pages !== null || argument(first) === pfn || isFaultAround(question, pfn));
  });
  if (found === null) return [];
  const { actor, timeNs } = trace.stepAt(found.step);
  const op = operationAt(trace, run, actor, found.step);
  if (op === 0) return [{ text: `${verb} by ${actorName(run, actor)} at ${showNs(timeNs)}`, at: { kind: 'actor', value: actorName(run, actor) } }];
  return [operationLink(run, op, `${verb} by ${operationText(run, op)} at ${showNs(timeNs)}`)];
}

/** A fault may map a run of pages and name its first only. */
const isFaultAround = ({ state }: Question, pfn: number): boolean => !mappingsOf(state, pfn).next().done;
