import { unreachable } from '../base/assert';
import type { StepEntry, WaitTarget } from '../protocol/catalogue';
import type { State } from '../state/arena';
import type { Row } from '../state/dictionary';
import { holdersOf, mayTake } from '../state/lock';
import { OWNER_FREE } from '../state/owner';
import { findPage, valueAt } from '../state/page-runs';
import { TABLES } from '../state/all-tables';
import { memoryBlocks } from '../state/placement-tables';
import { movers } from '../state/mover-tables';
import { actors, busyExtents, files, filesystems, holders, hosts, processes, requests } from '../state/tables';
import { activeInvalidation, deviceInRange, lockedFolio, unfinishedJob, unsignaledFence, usedDevice } from './device-memory-waits';
import { nics, queuePairs, regions, workRequests } from '../state/rdma-tables';
import { holdsOn } from './held-ranges';
import { actorName, fileName, filesystemName, framePlace, holdWord, keeperName, nameOfRow, operationName, processName } from './names';
import { mappingsOf } from './page-mappings';
import { folioFrames } from './page-size';
import { askedBack, conflictingLeases } from './lease-waits';
import { unusedPgmap } from './pgmap-waits';
import { awaitedBoot } from './power-waits';
import { deviceActor, outlookOfHold, outlookOfMapping } from './release-outlook';
import { localOf, stepOf } from './running-frame';
import type { RunDescription } from './run-description';
import { answeredRequest, idleNamespace } from './target-waits';

/** Who keeps a wait from ending. */
export interface WaitHolder {
  /** Index of the actor that has to act; null if nobody will, or nothing says who. */
  readonly actor: number | null;
  /** The hold, lock owner, request, extent or mapping process. */
  readonly row: Row;
  readonly text: string;
}

/** One thing that an actor waits for. All of its holders have to let go. */
export interface Wait {
  readonly kind: WaitTarget['kind'] | 'lock';
  /** "invlock of F", "page F:0 (pmem0, pfn 0x80000) to become idle". */
  readonly text: string;
  readonly holders: readonly WaitHolder[];
}

/** The wait for the lock that a step takes; null if it may take it now. */
export function waitForLock(state: State, run: RunDescription, actor: Row, step: StepEntry): Wait | null {
  if (step.lock === undefined) return null;
  const { table, column, local, shared } = step.lock;
  const row = localOf(state, actor, step, local);
  const found = TABLES.find(({ name }) => name === table)?.columns.find(({ name }) => name === column);
  if (found === undefined || row === 0) return null;
  const word = found.in(state, row);
  if (mayTake(word, shared)) return null;
  const owners = holdersOf(word).map(nth => ({ actor: nth, row: run.actors[nth]?.row ?? 0, text: `held by ${actorName(run, nth)}` }));
  return { kind: 'lock', text: `${column} of ${shortName(state, run, row)}`, holders: owners };
}

/** The wait of a step for its condition; null if the condition holds. */
export function waitForTarget(state: State, run: RunDescription, actor: Row, step: StepEntry): Wait | null {
  const target = step.waitsFor;
  if (target === undefined) return null;
  const local = (name: string): number => localOf(state, actor, step, name);
  switch (target.kind) {
    case 'page-idle': return idlePage(state, run, local(target.pfn));
    case 'entry': return entryLock(state, run, local(target.file), local(target.index));
    case 'blocks': return freeBlocks(state, run, local(target.fs));
    case 'request': return landedRequest(state, run, local(target.op));
    case 'transfer': return completedTransfer(state, run, local(target.op));
    case 'completions': return awaitedCompletions(state, run, local(target.cq));
    case 'drained': return drainedRegistration(state, run, local(target.mr));
    case 'frozen': return thawedFile(state, run, local(target.file));
    case 'log': return committedLog(state, run, local(target.file));
    case 'log-commit': return emptiedLog(state, run, local(target.fs));
    case 'busy-drained': return drainedBusyList(state, run, local(target.fs));
    case 'pgmap': return unusedPgmap(state, run, local(target.pgmap));
    case 'target-request': return answeredRequest(state, run, local(target.request));
    case 'namespace-idle': return idleNamespace(state, run, local(target.namespace));
    case 'actor': return restingActor(state, run, local(target.actor));
    case 'threads': return otherThreads(state, run, actor, local(target.process));
    case 'lease': return conflictingLeases(state, run, local(target.file), local(target.writes) === 1, local(target.layout) === 1);
    case 'lease-break': return askedBack(state, run, local(target.descriptor));
    case 'file-idle': return idleFile(state, run, local(target.file));
    case 'pages-held': return { kind: 'pages-held', text: `somebody to hold page ${fileName(run, local(target.file))}:${local(target.index)}`, holders: [] };
    case 'folio-lock': return lockedFolio(state, run, local(target.pfn));
    case 'page-lock': return lockedFolio(state, run, local(target.vpn) + processes.pfnDelta.in(state, local(target.process), local(target.vpn)));
    case 'gpu-job': return unfinishedJob(state, run, local(target.job));
    case 'dmabuf-fence': return unsignaledFence(state, run, local(target.buffer));
    case 'device-access': return deviceInRange(state, run, local(target.interval));
    case 'invalidation': return activeInvalidation(state, run, local(target.interval));
    case 'device-empty': return usedDevice(state, run, local(target.gpu));
    case 'migration': return movedPage(state, run, local(target.process), local(target.vpn));
    case 'offlining': return heldMemory(state, run, local(target.block));
    case 'mover': return nextToMove(state, run, local(target.op));
    case 'unpinned': return { kind: 'unpinned', text: `page ${framePlace(state, run, local(target.pfn))} to be unpinned`, holders: waitsForHolds(state, run, ...folioFrames(state, run.host, local(target.pfn))) };
    case 'cache-folio': return cacheFolio(state, run, local(target.file), local(target.index));
    case 'boot': return awaitedBoot(state, run);
    case 'work': return null;
    default: return unreachable(target);
  }
}

function idlePage(state: State, run: RunDescription, pfn: number): Wait | null {
  if (valueAt(state, run.host, hosts.refs.field, pfn) === run.counts.baseRefs.fsdax) return null;
  const folio = folioFrames(state, run.host, pfn);
  return { kind: 'page-idle', text: `page ${framePlace(state, run, pfn)} to become idle`, holders: [...waitsForHolds(state, run, ...folio), ...mapsThatCount(state, run, ...folio)] };
}

/** The eviction of an inode waits for every page: the first that is held stands for all. */
function idleFile(state: State, run: RunDescription, file: Row): Wait | null {
  const held = holders.$.rows(state).find(row => holders.how.in(state, row) !== 0 && holders.owner.in(state, row) === files.nth.in(state, file));
  if (held !== undefined) return idlePage(state, run, holders.pfnFirst.in(state, held));
  return { kind: 'file-idle', text: `the pages of ${fileName(run, file)} to become idle`, holders: [] };
}

function waitsForHolds(state: State, run: RunDescription, first: number, end: number): WaitHolder[] {
  return holdsOn(state, run.host, first, end).map(row => {
    const how = holdWord(holders.how.nameIn(state, row));
    return { actor: outlookOfHold(state, run, row).actor, row, text: `held by a ${how} of ${keeperName(state, run, row)}` };
  });
}

function mapsThatCount(state: State, run: RunDescription, first: number, end: number): WaitHolder[] {
  if (!run.counts.mappingsHold.fsdax) return [];
  return [...mappingsOf(state, first, end)].map(({ process }) =>
    ({ actor: outlookOfMapping(state, run, process).actor, row: process, text: `mapped by ${processName(run, process)}` }));
}

/** A step may ask for a range of entries or all: the first locked one from `from` on, else of the file, is what it waits for. */
function entryLock(state: State, run: RunDescription, file: Row, from: number): Wait | null {
  const firstLocked = (page: number): number => findPage(state, file, files.entryLock.field, page, Infinity, owner => owner !== 0);
  const behind = firstLocked(from);
  const index = behind >= 0 ? behind : firstLocked(0);
  if (index < 0) return null;
  const nth = valueAt(state, file, files.entryLock.field, index) - 1;
  return { kind: 'entry', text: `the DAX entry ${fileName(run, file)}:${index}`, holders: [{ actor: nth, row: run.actors[nth]?.row ?? 0, text: `locked by ${actorName(run, nth)}` }] };
}

function freeBlocks(state: State, run: RunDescription, fs: Row): Wait | null {
  const first = filesystems.firstPfn.in(state, fs);
  const free = findPage(state, run.host, hosts.owner.field, first, first + filesystems.blockCount.in(state, fs), owner => owner === OWNER_FREE);
  const extents = busyExtents.$.rows(state).filter(row => busyExtents.fs.in(state, row) === fs && busyExtents.state.in(state, row) !== 0);
  if (free >= 0 || extents.length === 0) return null;
  return { kind: 'blocks', text: `free blocks of ${filesystemName(run, fs)}`, holders: extents.flatMap(extent => keepersOfExtent(state, run, extent)) };
}

function drainedBusyList(state: State, run: RunDescription, fs: Row): Wait | null {
  const extents = busyExtents.$.rows(state).filter(row => busyExtents.fs.in(state, row) === fs && busyExtents.state.in(state, row) !== 0);
  return extents.length === 0 ? null : { kind: 'busy-drained', text: `the busy list of ${filesystemName(run, fs)} to empty`, holders: extents.flatMap(extent => keepersOfExtent(state, run, extent)) };
}

/** A busy extent is kept by the holds on its frames, or by the worker that has not looked yet. */
function keepersOfExtent(state: State, run: RunDescription, extent: Row): WaitHolder[] {
  const first = busyExtents.firstPfn.in(state, extent);
  const held = busyExtents.state.nameIn(state, extent) === 'dax-wait' && busyExtents.idle.in(state, extent) === 0
    ? waitsForHolds(state, run, first, first + busyExtents.pageCount.in(state, extent)) : [];
  if (held.length > 0) return held;
  const node = filesystemName(run, busyExtents.fs.in(state, extent));
  const worker = run.actors.findIndex(actor => actor.kind === 'worker' && actor.node === node);
  return [{ actor: worker < 0 ? null : worker, row: extent, text: `${nameOfRow(state, run, extent)} waits for ${worker < 0 ? 'the log' : actorName(run, worker)}` }];
}

function landedRequest(state: State, run: RunDescription, named: Row): Wait | null {
  const request = rowFor(state, requests.$.id, named);
  if (request === 0 || ['none', 'landed'].includes(requests.state.nameIn(state, request))) return null;
  const device = requests.device.in(state, request);
  return { kind: 'request', text: `${nameOfRow(state, run, device)} to complete ${operationName(run, requests.op.in(state, request))}`, holders: [{ actor: deviceActor(run, device), row: request, text: `in the queue of ${nameOfRow(state, run, device)}` }] };
}

/** What a work request waits for: the other end, a timer of its own, or the requests before it. */
function completedTransfer(state: State, run: RunDescription, named: Row): Wait | null {
  const request = rowFor(state, workRequests.$.id, named);
  if (request === 0 || ['none', 'completed'].includes(workRequests.state.nameIn(state, request))) return null;
  const text = `the work completion of ${operationName(run, workRequests.op.in(state, request))}`;
  const qp = workRequests.qp.in(state, request);
  const first = workRequests.state.nameIn(state, request) === 'posted' ? requestUnderWay(state, qp) : 0;
  if (first !== 0 && first !== request) return { kind: 'transfer', text, holders: [{ actor: engineOf(run, state, qp), row: first, text: `behind ${nameOfRow(state, run, first)} in the queue of ${nameOfRow(state, run, qp)}` }] };
  if (workRequests.wire.nameIn(state, request) === 'RNR') return { kind: 'transfer', text, holders: [receiverOf(state, run, qp)] };
  const nic = queuePairs.nic.in(state, queuePairs.peer.in(state, qp));
  return { kind: 'transfer', text, holders: [{ actor: deviceActor(run, nic), row: request, text: `in the queue of ${nameOfRow(state, run, nic)}` }] };
}

const requestUnderWay = (state: State, qp: Row): Row => workRequests.$.rows(state).find(row => workRequests.qp.in(state, row) === qp && workRequests.state.nameIn(state, row) === 'sending') ?? 0;

function engineOf(run: RunDescription, state: State, qp: Row): number | null {
  const name = run.verbs.find(({ row }) => row === qp)?.name ?? '';
  const nth = run.actors.findIndex(actor => actor.name === `qp.${name}`);
  return nth < 0 ? deviceActor(run, queuePairs.nic.in(state, qp)) : nth;
}

/** Whoever owns the other end has posted no receive. */
function receiverOf(state: State, run: RunDescription, qp: Row): WaitHolder {
  const peer = queuePairs.peer.in(state, qp);
  const owner = queuePairs.process.in(state, peer);
  const nth = run.actors.findIndex(({ row }) => owner !== 0 && actors.process.in(state, row) === owner && actors.pc.in(state, row) !== 0);
  return { actor: nth < 0 ? null : nth, row: peer, text: `no receive is posted to ${nameOfRow(state, run, peer)}` };
}

function awaitedCompletions(state: State, run: RunDescription, cq: Row): Wait {
  const open = workRequests.$.rows(state).filter(row => ['posted', 'sending'].includes(workRequests.state.nameIn(state, row)) && queuePairs.sendCq.in(state, workRequests.qp.in(state, row)) === cq);
  return {
    kind: 'completions', text: `completions in ${nameOfRow(state, run, cq)}`,
    holders: open.slice(0, 1).map(row => ({ actor: engineOf(run, state, workRequests.qp.in(state, row)), row, text: `${nameOfRow(state, run, row)} is ${workRequests.state.nameIn(state, row)}` })),
  };
}

function drainedRegistration(state: State, run: RunDescription, mr: Row): Wait | null {
  const inflight = regions.inflight.in(state, mr);
  if (inflight === 0) return null;
  const nic = nics.$.rows(state).find(row => regions.nic.in(state, mr) === row) ?? 0;
  return { kind: 'drained', text: `accesses through ${nameOfRow(state, run, mr)} to drain`, holders: [{ actor: deviceActor(run, nic), row: nic, text: `${inflight} under way in ${nameOfRow(state, run, nic)}` }] };
}

/** Who froze a file holds its iolock. */
function thawedFile(state: State, run: RunDescription, file: Row): Wait | null {
  if (files.frozen.in(state, file) === 0) return null;
  const owners = holdersOf(files.iolock.in(state, file)).map(nth => ({ actor: nth, row: run.actors[nth]?.row ?? 0, text: `frozen by ${actorName(run, nth)}` }));
  return { kind: 'frozen', text: `file ${fileName(run, file)} to give references again`, holders: owners };
}

const MIGRATION: ReadonlySet<number> = new Set(['migration', 'migration write'].map(name => processes.pte.valueOf(name)));

/** A migration entry: who moves the folio holds its lock. */
function movedPage(state: State, run: RunDescription, process: Row, vpn: number): Wait | null {
  if (!MIGRATION.has(processes.pte.in(state, process, vpn))) return null;
  const pfn = vpn + processes.pfnDelta.in(state, process, vpn);
  const nth = hosts.locked.in(state, run.host, pfn) - 1;
  return { kind: 'migration', text: `page ${framePlace(state, run, pfn)} to arrive at its new place`, holders: nth < 0 ? [] : [{ actor: nth, row: run.actors[nth]?.row ?? 0, text: `moved by ${actorName(run, nth)}` }] };
}

function heldMemory(state: State, run: RunDescription, block: Row): Wait | null {
  const memory = run.memories[memoryBlocks.nth.in(state, block)];
  if (memory === undefined) return null;
  return { kind: 'offlining', text: `the pages of ${memory.node} to be released`, holders: waitsForHolds(state, run, memory.firstPfn, memory.firstPfn + memory.pageCount) };
}

function nextToMove(state: State, run: RunDescription, op: Row): Wait | null {
  const mover = rowFor(state, movers.$.id, op);
  const pfn = mover === 0 ? -1 : findPage(state, mover, movers.listed.field, 0, Infinity, listed => listed === 1);
  const nth = pfn < 0 ? -1 : hosts.locked.in(state, run.host, pfn) - 1;
  if (nth < 0) return null;
  return { kind: 'mover', text: `the folio lock of ${framePlace(state, run, pfn)}`, holders: [{ actor: nth, row: run.actors[nth]?.row ?? 0, text: `held by ${actorName(run, nth)}` }] };
}

/** The first page of a file from `from` on whose folio somebody has locked or writes back. */
function cacheFolio(state: State, run: RunDescription, file: Row, from: number): Wait | null {
  for (let index = findPage(state, file, files.cached.field, from, Infinity, cached => cached === 1); index >= 0; index = findPage(state, file, files.cached.field, index + 1, Infinity, cached => cached === 1)) {
    const pfn = index + valueAt(state, file, files.cacheDelta.field, index);
    const locker = valueAt(state, run.host, hosts.locked.field, pfn) - 1;
    if (locker >= 0) return { kind: 'cache-folio', text: `the folio of ${fileName(run, file)}:${index}`, holders: [{ actor: locker, row: run.actors[locker]?.row ?? 0, text: `locked by ${actorName(run, locker)}` }] };
    if (valueAt(state, run.host, hosts.writeback.field, pfn) === 1) return { kind: 'cache-folio', text: `writeback of ${fileName(run, file)}:${index}`, holders: [] };
  }
  return null;
}

function committedLog(state: State, run: RunDescription, file: Row): Wait | null {
  if (files.metaDirty.in(state, file) === 0) return null;
  return { kind: 'log', text: `the log to make the metadata of ${fileName(run, file)} durable`, holders: [logOf(run, files.fs.in(state, file), 'it')] };
}

function emptiedLog(state: State, run: RunDescription, fs: Row): Wait | null {
  if (filesystems.logDirty.in(state, fs) === 0) return null;
  return { kind: 'log-commit', text: `the log of ${filesystemName(run, fs)} to commit`, holders: [logOf(run, fs, 'all of it')] };
}

function logOf(run: RunDescription, fs: Row, what: string): WaitHolder {
  const node = filesystemName(run, fs);
  const log = run.actors.findIndex(({ name, kind }) => kind === 'worker' && name === `${node}.log`);
  return { actor: log < 0 ? null : log, row: fs, text: `${node} has not committed ${what}` };
}

/** The wait of a lab's set-up: until another actor waits itself, or has nothing left to do. */
function restingActor(state: State, run: RunDescription, row: Row): Wait | null {
  const nth = run.actors.findIndex(actor => actor.row === row);
  const actor = run.actors[nth];
  const step = actor === undefined ? null : stepOf(state, run, row);
  if (actor === undefined || step === null || step.waitsFor?.kind === 'actor') return null;
  if (actors.op.in(state, row) !== 0 && (waitForLock(state, run, row, step) ?? waitForTarget(state, run, row, step)) !== null) return null;
  return { kind: 'actor', text: `${actor.name} to wait or finish`, holders: [{ actor: nth, row, text: `${actor.name} goes on` }] };
}

function otherThreads(state: State, run: RunDescription, self: Row, process: Row): Wait | null {
  const alive = run.actors.flatMap(({ row, name }, nth) =>
    (row !== self && actors.process.in(state, row) === process && actors.pc.in(state, row) !== 0 ? [{ actor: nth, row, text: `${name} has not left` }] : []));
  return alive.length === 0 ? null : { kind: 'threads', text: `the other threads of ${processName(run, process)} to leave`, holders: alive };
}

/** A local may name the row itself or the operation that is its key. */
function rowFor(state: State, table: number, named: Row): Row {
  if (named === 0 || state.w[named] === table) return named;
  return state.dictionary.rowOf(table, [named]) ?? 0;
}

function shortName(state: State, run: RunDescription, row: Row): string {
  return state.w[row] === files.$.id ? fileName(run, row) : nameOfRow(state, run, row);
}
