import { refused, accepted, type Result } from '@shared/base/result';
import { arena } from '@shared/state/arena';
import { gpus } from '@shared/state/device-memory-tables';
import type { Row } from '@shared/state/dictionary';
import { targetControllers } from '@shared/state/nvmet-tables';
import { nics, queuePairs } from '@shared/state/rdma-tables';
import { accesses, actors, counters, drives, filesystems, links, operations } from '@shared/state/tables';
import { KINDS_OF_TARGET } from '@shared/protocol/parameter';
import { parseQuantity } from '@shared/units/quantity';
import { leaseHandlers, leaseSettings } from '@shared/state/vfs-tables';
import { NS_PER_S } from '@shared/units/time';
import type { Lab, LabOperation } from '@shared/lab/lab';
import type { ResolvedPolicy } from '@shared/lab/policy-text';
import type { RunActor } from '@shared/trace/run-description';
import type { LabProblem } from '../api';
import { machine } from '../engine/machine';
import { programOf, type ProgramOperation } from '../engine/program';
import { site, type Mechanism } from '../engine/step';
import { kernel, type MountedOperation } from '../kernel';
import { busyExtentWorker, logCommit } from '../mechanisms/busy-extents';
import { leaseHandler } from '../mechanisms/lease-handler';
import { REACTIONS } from '../operations/lease-operations';
import { gpuEngine } from '../mechanisms/gpu-engine';
import { makeDurable } from '../mechanisms/metadata-log';
import { dirtyWorker, driveEngine } from '../mechanisms/drive-engine';
import { targetWire } from '../mechanisms/nvmet-wire';
import { targetWorker } from '../mechanisms/nvmet-worker';
import { PMD_PAGES } from '../mechanisms/folios';
import { processExit } from '../mechanisms/process-exit';
import { odpFault } from '../mechanisms/odp-fault';
import { requester } from '../mechanisms/rdma-requester';
import { nicEngine } from '../mechanisms/rdma-responder';
import { MECHANISMS } from '../mechanisms/registry';
import { OPERATIONS } from '../operations/registry';
import { makeP2pFiles, probeDrives } from './lab-p2p';
import { layOutMemories } from './lab-memories';
import { LabNames } from './lab-names';
import { checkPower, keepBooted, losesPower, prepareForPowerFailure } from './lab-power';
import { mountKernel, type Unreached } from './mount-kernel';
import { pageCountOf } from './named-pages';
import { operationReader, type ReadingPlace } from './operation-reader';
import type { Policy } from '../policies/policy';
import { policyOf } from './policy-of';
import { pathBetween } from './timing';

/** A lab on the arena of this thread, ready for its first step. */
export interface MountedLab {
  readonly lab: Lab;
  readonly names: LabNames;
  readonly resolved: ResolvedPolicy;
  readonly actors: readonly RunActor[];
  readonly operations: readonly (MountedOperation & { readonly text: string })[];
  readonly drives: ReadonlyMap<string, Row>;
  readonly nics: ReadonlyMap<string, Row>;
}

/** fs.lease-break-time as a kernel boots (fs/locks.c lease_break_time, 6.19). */
const LEASE_BREAK_NS = 45 * NS_PER_S;

/** Builds the initial state of a checked lab. Refuses with everything that does not fit together. */
export function mountLab(lab: Lab, resolved: ResolvedPolicy): Result<MountedLab, readonly LabProblem[]> {
  arena.clear();
  const policy = policyOf(resolved);
  kernel.policy = policy;
  kernel.nowNs = 0;
  const names = new LabNames(lab);
  names.nameProcesses();
  names.memories.push(...layOutMemories(lab.topology.nodes, names.host));
  names.createFiles();
  makeP2pFiles(names);
  prepareForPowerFailure(lab);
  for (const file of names.files.values()) makeDurable(file);
  introduceNames(names);
  // Here, so that no invariant is the first to ask for it: what judges a state must not change it.
  counters.$.row(0);
  leaseSettings.breakTimeNs.set(leaseSettings.$.row(0), LEASE_BREAK_NS);
  const driveRows = rowsOf(lab, KINDS_OF_TARGET.drive, nth => drives.$.row(nth));
  const nicRows = rowsOf(lab, ['rdma-nic'], nth => nics.$.row(nth));
  nameGpus(names);
  for (const [node, row] of nicRows) {
    nics.odp.set(row, lab.topology.nodes[node]['odp'] === true ? 1 : 0);
    nics.skipsFence.set(row, lab.topology.nodes[node]['deregFence'] === false ? 1 : 0);
  }
  lab.topology.links.forEach((_, index) => links.$.row(index));
  const unreached = mountKernel(names, new Map([...driveRows, ...nicRows, ...names.gpus]));
  probeDrives(names);
  const taskNames = Object.keys(lab.actors);
  const taskRows = new Map(taskNames.map((name, nth) => [name, actors.$.row(nth)]));
  const lowered = lowerAll(names, taskRows, driveRows, nicRows);
  checkPower(names);
  checkWays(names, unreached, [...driveRows, ...nicRows, ...names.gpus]);
  if (names.problems.length > 0) return refused(names.problems);
  kernel.operations = lowered.operations;
  const programs = taskNames.map((name, nth) => programOf(name, lab.actors[name].handler ?? 'none', lowered.programs[nth], site(processExit, processOf(names, name)), names.parents.has(processOf(names, name))));
  machine.mount([...MECHANISMS, ...mechanismsOf(policy), ...programs]);
  const runActors = [...addActors(names, programs, driveRows, nicRows)];
  addLeaseHandlers(names, lowered.operations, runActors);
  keepBooted(lab, programs, lowered.programs);
  return accepted({ lab, names, resolved, actors: runActors, operations: lowered.operations, drives: driveRows, nics: nicRows });
}

/** Every memory that a driver hands out belongs to a device with a copy engine. */
function nameGpus({ memories, gpus: named }: LabNames): void {
  memories.forEach(({ node, type }, memory) => {
    if (type !== 'private' && type !== 'coherent') return;
    const row = gpus.$.row(named.size);
    gpus.memory.set(row, memory);
    named.set(node, row);
  });
}

/** What the policy brings along, each once. */
function mechanismsOf({ daxFault, truncateVsDma, longtermFilePin: { guards } }: Policy): Iterable<Mechanism> {
  return new Set([daxFault.fault, truncateVsDma.layoutOperation, ...(guards?.mechanisms ?? [])]);
}

const processOf = (names: LabNames, actor: string): Row => names.processes.get(names.lab.actors[actor].process ?? actor)!;

function introduceNames(names: LabNames): void {
  for (const { ops } of Object.values(names.lab.actors)) for (const operation of ops) names.introduceFile(operation);
  for (const [name, actor] of Object.entries(names.lab.actors)) {
    for (const operation of actor.ops) names.introduce(processOf(names, name), operation, candidate => mappedPages(names, candidate));
  }
}

/** How many pages an mmap maps: what it says, else all of its file, else one. */
function mappedPages(names: LabNames, operation: LabOperation): number {
  const { file } = operation.parameters;
  const row = names.files.get(String(file));
  const pages = pageCountOf(operation, row === undefined ? 1 : Math.max(1, names.pagesOf(row)));
  const isHuge = Object.values(names.lab.topology.nodes).some(({ files = {} }) => files[String(file)]?.fs === 'hugetlb');
  return isHuge ? Math.ceil(pages / PMD_PAGES) * PMD_PAGES : pages;
}

const rowsOf = (lab: Lab, kinds: readonly string[], row: (nth: number) => Row): ReadonlyMap<string, Row> =>
  new Map(Object.entries(lab.topology.nodes).filter(([, node]) => kinds.includes(node.kind)).map(([name], nth) => [name, row(nth)]));

/** A device that an operation uses must reach every memory whose pages it may be given. */
function checkWays(names: LabNames, unreached: Unreached, devices: readonly (readonly [string, Row])[]): void {
  for (const [node, row] of devices) {
    const path = names.used.get(row);
    const memory = unreached.get(row)?.[0];
    if (path === undefined || memory === undefined) continue;
    names.problem(path, `${node} has no way to ${memory}: wire it to a root complex, and that to a cpu with the memory`);
  }
}

interface LoweredLab {
  readonly operations: readonly (MountedOperation & { readonly text: string })[];
  readonly programs: readonly (readonly ProgramOperation[])[];
}

function lowerAll(names: LabNames, actorRows: ReadonlyMap<string, Row>, driveRows: ReadonlyMap<string, Row>, nicRows: ReadonlyMap<string, Row>): LoweredLab {
  const mounted: LoweredLab['operations'][number][] = [];
  const programs = Object.entries(names.lab.actors).map(([actor, { ops }], actorNth) => ops.map((operation, at): ProgramOperation => {
    const nth = mounted.length;
    const op = operations.$.row(nth);
    const path = ['actors', actor, 'ops', at];
    const place: ReadingPlace = {
      names, path, op, actor: actorRows.get(actor)!, process: processOf(names, actor), actorName: actor, actorRows, drives: driveRows, nics: nicRows,
    };
    const entry = OPERATIONS.find(candidate => candidate.word === operation.word);
    if (entry === undefined) {
      names.problem([...path, operation.word], `there is no operation "${operation.word}"; there are ${OPERATIONS.map(({ word }) => word).join(', ')}`);
      return { row: op, text: operation.word, call: site(processExit, 0), atNs: 0, times: 1 };
    }
    checkPlace(names, actor, operation, path);
    const reader = operationReader(operation, entry, place);
    const lowered = entry.lower(reader);
    const times = timesOf(operation, names, path);
    mounted.push({ row: op, name: `${actor}.${at + 1}`, actor: actorNth, source: operation, sizeBytes: lowered.sizeBytes ?? -1, change: lowered.change ?? null, tag: nth + 1, times, text: lowered.text });
    return { row: op, text: lowered.text, call: lowered.call, atNs: reader.has('at') ? reader.number('at', 'ns') : 0, times };
  }));
  return { operations: mounted, programs };
}

/** What a program on a remote peer can do: its memory is not modelled. */
const REMOTE_WORDS: ReadonlySet<string> = new Set([
  'rdma-write', 'rdma-read', 'send', 'fetch-add', 'compare-swap', 'qp', 'create-qp', 'modify-qp', 'destroy-qp', 'create-cq', 'poll-cq', 'nvmf-connect', 'nvmf-read', 'nvmf-write', 'wait', 'await-done', 'await-waiting', 'await-held',
]);

/** Remote programs have no memory; their peer must be wired to the NIC that they post to. */
function checkPlace(names: LabNames, actor: string, operation: LabOperation, path: readonly (string | number)[]): void {
  const { on } = names.lab.actors[actor];
  if (on === undefined || names.lab.topology.nodes[on]?.kind !== 'rdma-peer') return;
  if (!REMOTE_WORDS.has(operation.word)) names.problem([...path, operation.word], `${actor} runs on the remote peer ${on}, whose memory is not modelled; a remote program can do ${[...REMOTE_WORDS].join(', ')}`);
  const goesThroughNic = (operation.word === 'rdma-write' && operation.parameters['qp'] === undefined) || operation.word === 'nvmf-connect';
  if (!goesThroughNic) return;
  const nics = Object.entries(names.lab.topology.nodes).filter(([, node]) => node.kind === 'rdma-nic').map(([name]) => name);
  const nic = operation.parameters['nic'] === undefined ? nics[0] : String(operation.parameters['nic']);
  if (nic !== undefined && nics.includes(nic) && pathBetween(names.lab.topology, on, nic) === null) {
    names.problem([...path, operation.word], `${on} has no wire to ${nic}: link their fabric ports`);
  }
}

function timesOf(operation: LabOperation, names: LabNames, path: readonly (string | number)[]): number {
  const { repeat } = operation.parameters;
  if (repeat === undefined) return 1;
  if (repeat === 'forever') return Infinity;
  const times = Number(repeat);
  if (Number.isSafeInteger(times) && times >= 1) return times;
  names.problem([...path, operation.word, 'repeat'], `repeat is "${repeat}"; expected a count of at least 1, or forever`);
  return 1;
}

/** A queue pair works in its NIC, or in the remote peer that its program runs on. */
function nodeOfQueuePair(names: LabNames, qp: Row, nicRows: ReadonlyMap<string, Row>): string | null {
  const nic = [...nicRows].find(([, row]) => row === queuePairs.nic.get(qp))?.[0];
  return nic ?? Object.entries(names.lab.actors).find(([name]) => processOf(names, name) === queuePairs.process.get(qp))?.[1].on ?? null;
}

/** Whether a file system may have files in the page cache: on a drive, or on pmem where not every file is DAX. */
const mayCache = (fs: Row): boolean => filesystems.drive.get(fs) !== 0 || (filesystems.blockCount.get(fs) > 0 && (filesystems.mount.nameIn(arena, fs) !== 'dax' || filesystems.unmounted.get(fs) === 1));

/** Programs of the lab, then device engines, then kernel workers: the order is part of the lab’s meaning for locks and ties. */
function addActors(names: LabNames, programs: readonly Mechanism[], driveRows: ReadonlyMap<string, Row>, nicRows: ReadonlyMap<string, Row>): RunActor[] {
  const added: RunActor[] = [];
  const add = (name: string, kind: RunActor['kind'], node: string | null, program: Mechanism, argument: number): Row => {
    const row = machine.addActor(program);
    if (program.locals.length > 0) arena.set(row + actors.stack.off, argument);
    accesses.$.row(added.length);
    added.push({ row, name, kind, node });
    return row;
  };
  Object.entries(names.lab.actors).forEach(([name, actor], nth) => {
    const row = add(name, 'task', actor.on ?? null, programs[nth], 0);
    actors.process.set(row, processOf(names, name));
    actors.handler.set(row, actors.handler.valueOf(actor.handler ?? 'none'));
    actors.exitPc.set(row, programs[nth].base + programs[nth].stepNames.indexOf('KX'));
  });
  for (const [node, row] of driveRows) add(node, 'device', node, driveEngine, row);
  for (const [node, row] of nicRows) add(node, 'device', node, nicEngine, row);
  for (const [node, row] of names.gpus) add(node, 'device', node, gpuEngine, row);
  for (const [node, row] of nicRows) if (nics.odp.get(row) === 1) add(`${node}.odp`, 'device', node, odpFault, row);
  for (const [name, row] of names.targets.controllers) {
    const nic = [...nicRows].find(([, candidate]) => candidate === targetControllers.nic.get(row))?.[0] ?? null;
    add(`${nic ?? 'host'}.${name}`, 'device', nic, targetWire, row);
    add(`nvmet.${name}`, 'worker', null, targetWorker, row);
  }
  for (const [name, row] of names.rdma.named) add(`qp.${name}`, 'device', nodeOfQueuePair(names, row, nicRows), requester, row);
  if (filesystems.$.rows(arena).some(mayCache)) add('bio-dirty', 'worker', null, dirtyWorker, 0);
  if (losesPower(names.lab)) for (const [node, fs] of names.driveFilesystems) add(`${node}.log`, 'worker', node, logCommit, fs);
  for (const memory of names.memories.filter(({ fs }) => fs !== 0)) {
    add(`${memory.node}.log`, 'worker', memory.node, logCommit, memory.fs);
    if (!kernel.policy.truncateVsDma.keepsBusyBlocks) continue;
    add(`${memory.node}.busy-0`, 'worker', memory.node, busyExtentWorker, memory.fs);
    add(`${memory.node}.busy-1`, 'worker', memory.node, busyExtentWorker, memory.fs);
  }
  return added;
}

/** Each on-break is a thread of its process that runs when the signal comes. */
function addLeaseHandlers(names: LabNames, mounted: LoweredLab['operations'], added: RunActor[]): void {
  for (const { row: op, name, source: { word, parameters } } of mounted.filter(({ source }) => source.word === 'on-break')) {
    const handler = leaseHandlers.$.row(op);
    const process = processOf(names, name.slice(0, name.lastIndexOf('.')));
    const after = parseQuantity(String(parameters['after'] ?? 0), 'ns');
    leaseHandlers.process.set(handler, process);
    leaseHandlers.does.set(handler, REACTIONS.findIndex(reaction => reaction === parameters['do']));
    leaseHandlers.afterNs.set(handler, after.ok ? after.value : 0);
    const row = machine.addActor(leaseHandler);
    arena.set(row + actors.stack.off, handler);
    actors.process.set(row, process);
    accesses.$.row(added.length);
    added.push({ row, name: `${name}.${word}`, kind: 'worker', node: null });
  }
}
