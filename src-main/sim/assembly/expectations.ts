import { OWNER_BUSY_DAX, OWNER_FREE, OWNER_IN_TRANSACTION } from '@shared/state/owner';
import { files, filesystems, hosts, operations, processes } from '@shared/state/tables';
import { regions } from '@shared/state/rdma-tables';
import { parseQuantity } from '@shared/units/quantity';
import type { Expectation } from '@shared/lab/lab';
import type { ResolvedPolicy } from '@shared/lab/policy-text';
import type { ExpectationOutcome, OperationOutcome, RunDescription, RunSummary } from '@shared/trace/run-description';
import { contentAt } from '../mechanisms/contents';
import { unallocatableBlocks } from '../mechanisms/allocate-blocks';
import { isMaybePinned } from '../mechanisms/folio-counts';
import { frameAt } from '../mechanisms/gup-frames';
import { initialTag } from './initial-tag';
import type { MountedLab } from './mount-lab';
import { stateFact } from './state-facts';
import { knobValues } from './policy-of';

/** What an assertion found: whether it holds, and the fact it rests on. */
interface Verdict {
  readonly ok: boolean;
  readonly reason: string;
}

/** What can be judged of a run, over or not. */
type Findings = Pick<RunSummary, 'operations' | 'violations' | 'notices' | 'leftBehind'>;

interface Subject {
  readonly mounted: MountedLab;
  readonly run: RunDescription;
  readonly summary: Findings;
}

/** What was found about each expectation of a moment inside the run, when the run was there. */
export type MomentVerdicts = ReadonlyMap<Expectation, readonly Verdict[]>;

/** `wanted` may be a list, of which any will do. */
const same = (what: string, got: unknown, wanted: unknown): Verdict => ({ ok: (Array.isArray(wanted) ? wanted : [wanted]).some(word => String(got) === String(word)), reason: `${what} is ${String(got)}` });
const missing = (what: string): Verdict => ({ ok: false, reason: `${what} does not exist` });

/** Conditions of `when`, one list. */
const conditionsOf = ({ when }: Expectation): readonly string[] => (when === undefined ? [] : typeof when === 'string' ? when.split(',') : when).map(condition => condition.trim());

/** Whether an expectation speaks about runs under this policy. */
export function appliesTo(expectation: Expectation, resolved: ResolvedPolicy): boolean {
  const knobs: Readonly<Record<string, string>> = knobValues(resolved);
  return conditionsOf(expectation).every(condition => {
    const [name, value] = condition.split('=');
    if (value === undefined) return resolved.preset === name && Object.keys(resolved.variants).length > 0;
    if (name === 'build') return resolved.build === value;
    return (resolved.variants[name] ?? knobs[name]) === value;
  });
}

/** Judges what the lab expects of the state to which its recorded schedule has led. */
export function judgeMoment(mounted: MountedLab, run: RunDescription, operations: readonly OperationOutcome[]): MomentVerdicts {
  const subject: Subject = { mounted, run, summary: { operations, violations: [], notices: [], leftBehind: [] } };
  const here = (mounted.lab.expect ?? []).filter(expectation => expectation.upTo !== undefined && expectation.upTo === run.schedule && appliesTo(expectation, mounted.resolved));
  return new Map(here.map(expectation => [expectation, verdictsOf(expectation, subject)]));
}

/** Judges the lab’s expectations on the run that has just ended. What needs other schedules stays open (null). */
export function judgeExpectations(mounted: MountedLab, run: RunDescription, summary: RunSummary, moments: MomentVerdicts): readonly ExpectationOutcome[] {
  const subject: Subject = { mounted, run, summary };
  return (mounted.lab.expect ?? []).filter(expectation => appliesTo(expectation, mounted.resolved)).map(expectation => {
    const { ok, reason } = judgementOf(expectation, subject, moments);
    return { text: textOf(expectation), holds: expectation.holds ?? 'this-run', schedule: expectation.schedule ?? expectation.upTo ?? null, ok, reason };
  });
}

interface Judgement {
  readonly ok: boolean | null;
  readonly reason: string;
}

const open = (reason: string): Judgement => ({ ok: null, reason });

function judgementOf(expectation: Expectation, subject: Subject, moments: MomentVerdicts): Judgement {
  const { holds = 'this-run', schedule, upTo } = expectation;
  const { schedule: current } = subject.run;
  if (upTo !== undefined) {
    if (upTo !== current) return open(`speaks about the end of schedule ${upTo}`);
    return allOf(moments.get(expectation) ?? [{ ok: false, reason: `the run ended before schedule ${upTo} did` }]);
  }
  if ((holds === 'some-schedule' || schedule !== undefined) && schedule !== current) return open(`shown by schedule ${schedule ?? '(none named)'}, not by this run`);
  if (current !== null && holds === 'this-run' && schedule !== current) return open('speaks about the run in time order');
  return allOf(verdictsOf(expectation, subject));
}

function allOf(verdicts: readonly Verdict[]): Judgement {
  const failed = verdicts.find(({ ok }) => !ok);
  return { ok: failed === undefined, reason: failed?.reason ?? verdicts.map(({ reason }) => reason).join('; ') };
}

const QUALIFIERS: ReadonlySet<string> = new Set(['when', 'holds', 'schedule', 'assumed', 'upTo']);

/** "op admin.1, errno ETXTBSY (when truncate-vs-dma=fail-etxtbsy)". */
export function textOf(expectation: Expectation): string {
  const facts = Object.entries(expectation).filter(([key]) => !QUALIFIERS.has(key)).map(([key, value]) => `${key} ${Array.isArray(value) ? value.join(key === 'order' ? ' < ' : ' or ') : String(value)}`);
  const conditions = conditionsOf(expectation);
  return facts.join(', ') + (expectation.upTo === undefined ? '' : `, at the end of schedule ${expectation.upTo}`) + (conditions.length === 0 ? '' : ` (when ${conditions.join(', ')})`);
}

function verdictsOf(expectation: Expectation, subject: Subject): readonly Verdict[] {
  if (expectation.op !== undefined) return operationVerdicts(expectation, subject, expectation.op);
  if (expectation.page !== undefined) return pageVerdicts(expectation, subject, expectation.page);
  if (expectation.file !== undefined) return fileVerdicts(expectation, subject, expectation.file);
  if (expectation.fs !== undefined) return filesystemVerdicts(expectation, subject, expectation.fs);
  if (expectation.process !== undefined) return processVerdicts(expectation, subject, expectation.process);
  if (expectation.state !== undefined) return [stateVerdict(expectation.state, String(expectation.is), subject)];
  if (expectation.violated !== undefined) return [violationVerdict(expectation.violated, subject, true)];
  if (expectation.notViolated !== undefined) return [violationVerdict(expectation.notViolated, subject, false)];
  if (expectation.order !== undefined) return [orderVerdict(expectation.order, subject)];
  return [{ ok: false, reason: 'the expectation names nothing: expected op, page, file, fs, process, state, violated, notViolated or order' }];
}

function operationVerdicts(expectation: Expectation, { run, summary }: Subject, name: string): readonly Verdict[] {
  const outcome = summary.operations.find(({ op }) => op === name);
  if (outcome === undefined) return [missing(`operation ${name}`)];
  const verdicts: Verdict[] = [];
  if (expectation.result !== undefined) verdicts.push(same(`result of ${name}`, outcome.result ?? `open (${outcome.state})`, expectation.result));
  if (expectation.errno !== undefined) verdicts.push(same(`errno of ${name}`, outcome.errno ?? 'none', expectation.errno));
  if (expectation.killedBy !== undefined) verdicts.push(same(`signal that ended ${name}`, outcome.killedBy ?? 'none', expectation.killedBy));
  if (expectation.status !== undefined) verdicts.push(same(`completion of ${name}`, outcome.status ?? 'none', expectation.status));
  if (expectation.sees !== undefined) verdicts.push(sightVerdict(expectation.sees, run, outcome));
  if (expectation.blockedOn !== undefined) verdicts.push(blockedVerdict(expectation.blockedOn, outcome));
  return verdicts.length > 0 ? verdicts : [same(`state of ${name}`, outcome.state, 'done')];
}

function sightVerdict(wanted: string | readonly string[], run: RunDescription, { op, state }: OperationOutcome): Verdict {
  if (state !== 'done') return { ok: false, reason: `${op} has read nothing (${state})` };
  const operation = run.operations.find(({ name }) => name === op);
  const seen = operation === undefined ? 'nothing' : contentName(run, operations.seen.get(operation.row));
  return { ok: [wanted].flat().includes(seen), reason: `what ${op} saw is ${seen}` };
}

function blockedVerdict(wanted: string, { op: name, blockedOn, state }: OperationOutcome): Verdict {
  if (wanted === 'nothing' && (state === 'pending' || state === 'skipped')) return { ok: false, reason: `${name} was never reached (${state})` };
  if (wanted === 'nothing') return { ok: blockedOn === null, reason: blockedOn === null ? `${name} is not blocked` : `${name} is blocked: ${blockedOn}` };
  if (blockedOn === null) return { ok: false, reason: `${name} is not blocked` };
  return { ok: wanted === 'anything' || blockedOn.includes(wanted), reason: blockedOn };
}

/** The page-table entry behind "buf:1", a page of a mapping; "child/buf:1" in the copy of a process that was forked. Null where no mapping is named so. */
function mappedFrame({ mounted, run }: Subject, name: string, index: number): { readonly entry: string; readonly pfn: number; readonly isHuge: boolean } | null {
  const [mappingName = '', processName] = name.split('/').reverse();
  const mapping = mounted.names.mappings.get(mappingName);
  if (mapping === undefined) return null;
  const process = processName === undefined ? mapping.process : run.processes.find(candidate => candidate.name === processName)?.row ?? 0;
  if (process === 0) return null;
  const vpn = mapping.vpnFirst + index;
  return { entry: processes.pte.spec.names?.[processes.pte.at(process, vpn)] ?? '', pfn: frameAt(process, vpn), isHuge: processes.huge.at(process, vpn) === 1 };
}

/** The frame that the NIC has for "m1:1", a page of a registration; null where nothing is named so, or the page has none. */
function registeredFrame({ run }: Subject, name: string, index: number): number | null {
  const region = run.regions.find(candidate => candidate.name === name)?.row ?? 0;
  if (region === 0 || regions.nicEntry.at(region, index) === 0) return null;
  return index + regions.nicDelta.at(region, index);
}

/** The frame behind "F:1", or behind "F:1@64", byte 64 of it: the one there now, else the one that was there at the start. */
function frameOf({ mounted, run, summary }: Subject, page: string): number | null {
  const [place = ''] = page.split('@');
  const [name, index] = place.split(':');
  if (index === undefined) return Number.isSafeInteger(Number(place)) ? Number(place) : null;
  const mapped = mappedFrame({ mounted, run, summary }, name, Number(index));
  if (mapped !== null) return mapped.pfn;
  const registered = registeredFrame({ mounted, run, summary }, name, Number(index));
  if (registered !== null) return registered;
  const file = run.files.find(candidate => candidate.name === name);
  if (file !== undefined && files.dax.get(file.row) === 0 && files.fs.get(file.row) !== 0) return files.cached.at(file.row, Number(index)) === 1 ? Number(index) + files.cacheDelta.at(file.row, Number(index)) : null;
  if (file !== undefined && files.kind.at(file.row, Number(index)) !== 0) return Number(index) + files.blockDelta.at(file.row, Number(index));
  const first = mounted.names.firstPfn.get(name) ?? run.memories.find(({ node }) => node === name)?.firstPfn;
  return first === undefined ? null : first + Number(index);
}

function pageVerdicts(expectation: Expectation, subject: Subject, page: string): readonly Verdict[] {
  const entries = daxEntryVerdicts(expectation, subject, page);
  const pfn = frameOf(subject, page);
  // A page of a hole has an entry, but no frame.
  if (pfn === null) return entries.length > 0 ? entries : [missing(`page ${page}`)];
  const { host } = subject.run;
  const verdicts: Verdict[] = [...entries];
  if (expectation.ref !== undefined) verdicts.push(same(`refcount of ${page}`, hosts.refs.at(host, pfn), expectation.ref));
  if (expectation.pins !== undefined) verdicts.push(same(`pincount of ${page}`, hosts.pins.at(host, pfn), expectation.pins));
  if (expectation.maps !== undefined) verdicts.push(same(`mapcount of ${page}`, hosts.maps.at(host, pfn), expectation.maps));
  if (expectation.maybePinned !== undefined) verdicts.push(same(`whether ${page} may be pinned`, isMaybePinned(host, pfn), expectation.maybePinned));
  if (expectation.owner !== undefined) verdicts.push(same(`owner of ${page}`, ownerName(subject.run, hosts.owner.at(host, pfn)), expectation.owner));
  const [name, index] = (page.split('@')[0] ?? '').split(':');
  const mapped = mappedFrame(subject, name, Number(index));
  if (expectation.entry !== undefined) verdicts.push(same(`page-table entry of ${page}`, mapped?.entry ?? 'none', expectation.entry));
  if (expectation.huge !== undefined) verdicts.push(same(`the entry of ${page} being a PMD`, mapped?.isHuge ?? false, expectation.huge));
  if (expectation.memory !== undefined) verdicts.push(same(`memory of ${page}`, subject.run.memories.find(({ firstPfn, pageCount }) => firstPfn <= pfn && pfn < firstPfn + pageCount)?.node ?? 'none', expectation.memory));
  if (expectation.folioPages !== undefined) verdicts.push(same(`pages of the folio of ${page}`, 2 ** hosts.order.at(host, pfn), expectation.folioPages));
  if (expectation.folioMapping !== undefined) verdicts.push(same(`folio.mapping of ${page}`, subject.run.files[hosts.mapping.at(host, pfn) - 1]?.name ?? 'none', expectation.folioMapping));
  if (expectation.content !== undefined) verdicts.push(same(`content of ${page}`, contentName(subject.run, contentAt(host, pfn, Number(page.split('@')[1] ?? 0))), expectation.content));
  return verdicts;
}

/** What the DAX mapping of a file says of one of its pages. */
function daxEntryVerdicts(expectation: Expectation, { run }: Subject, page: string): readonly Verdict[] {
  if (expectation.daxEntry === undefined && expectation.daxTag === undefined) return [];
  const [name, index] = page.split(':');
  const file = run.files.find(candidate => candidate.name === name)?.row;
  if (file === undefined) return [missing(`a file with page ${page}`)];
  const at = Number(index);
  const entry = files.entry.spec.names?.[files.entry.at(file, at)] ?? '';
  const verdicts: Verdict[] = [];
  if (expectation.daxEntry !== undefined) verdicts.push(same(`DAX entry of ${page}`, files.entryHuge.at(file, at) === 1 ? `PMD ${entry}` : entry, expectation.daxEntry));
  if (expectation.daxTag !== undefined) verdicts.push(same(`tag of the DAX entry of ${page}`, files.tag.spec.names?.[files.tag.at(file, at)] ?? '', expectation.daxTag));
  return verdicts;
}

function ownerName(run: RunDescription, owner: number): string {
  switch (owner) {
    case OWNER_FREE: return 'free';
    case OWNER_BUSY_DAX: return 'busy';
    case OWNER_IN_TRANSACTION: return 'in-transaction';
    default: return run.files[owner - 1]?.name ?? String(owner);
  }
}

/** "zero", the file whose initial content it is, or the operation that wrote it. */
function contentName(run: RunDescription, content: number): string {
  if (content === 0) return 'zero';
  if (content > 0) return run.operations[content - 1]?.name ?? String(content);
  return run.files.find((_, at) => initialTag(at + 1) === content)?.name ?? String(content);
}

function fileVerdicts(expectation: Expectation, { run }: Subject, name: string): readonly Verdict[] {
  const file = run.files.find(candidate => candidate.name === name);
  if (file === undefined) return [missing(`file ${name}`)];
  const wanted = parseQuantity(typeof expectation.size === 'boolean' ? '' : expectation.size ?? '', 'bytes');
  return [same(`size of ${name}`, files.size.get(file.row), wanted.ok ? wanted.value : 'unreadable')];
}

function filesystemVerdicts(expectation: Expectation, { run }: Subject, name: string): readonly Verdict[] {
  const fs = run.memories.find(({ node, fs: row }) => node === name && row !== 0)?.fs;
  if (fs === undefined) return [missing(`file system ${name}`)];
  const free = filesystems.freeBlocks.get(fs);
  const verdicts: Verdict[] = [];
  if (expectation.free !== undefined) verdicts.push(same(`free blocks of ${name}`, free, expectation.free));
  if (expectation.allocatable !== undefined) verdicts.push(same(`allocatable blocks of ${name}`, free - unallocatableBlocks(fs), expectation.allocatable));
  if (expectation.busyGeneration !== undefined) verdicts.push(same(`busy generation of ${name}`, filesystems.busyGeneration.get(fs), expectation.busyGeneration));
  return verdicts;
}

function stateVerdict(text: string, wanted: string, { run }: Subject): Verdict {
  const { value, reason } = stateFact(run, text);
  return { ok: value === wanted, reason };
}

function processVerdicts(expectation: Expectation, { run }: Subject, name: string): readonly Verdict[] {
  const found = run.processes.find(candidate => candidate.name === name);
  if (found === undefined) return [missing(`process ${name}`)];
  return [same(`pinned_vm of ${name}`, processes.pinnedVm.get(found.row), expectation.pinnedVm ?? 0)];
}

/** `any` is any safety or liveness violation; an id may also be a notice, or what a run leaves. */
function violationVerdict(id: string, { summary }: Subject, wanted: boolean): Verdict {
  const found = id === 'any' ? summary.violations : [...summary.violations, ...summary.notices, ...summary.leftBehind].filter(violation => violation.id === id);
  const reason = found.length === 0 ? `${id === 'any' ? 'no invariant' : id} was not violated` : `${found.map(violation => violation.id).join(', ')} violated`;
  return { ok: found.length > 0 === wanted, reason };
}

/** Operations in the order in which they returned. */
function orderVerdict(order: readonly string[], { summary }: Subject): Verdict {
  const ends = order.map(name => summary.operations.find(({ op }) => op === name)?.endNs ?? null);
  const open = order.find((_, at) => ends[at] === null);
  if (open !== undefined) return { ok: false, reason: `${open} has not returned` };
  const isOrdered = ends.every((end, at) => at === 0 || (ends[at - 1] ?? 0) <= (end ?? 0));
  return { ok: isOrdered, reason: order.map((name, at) => `${name} at ${ends[at] ?? 0} ns`).join(', ') };
}

