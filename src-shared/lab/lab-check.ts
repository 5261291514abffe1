import { didYouMean } from '../base/nearest';
import type { Catalogue, DeviceEntry } from '../protocol/catalogue';
import { kindsOfTarget, type Parameter, type ReferenceTarget } from '../protocol/parameter';
import { parseQuantity } from '../units/quantity';
import { FILE_MAKERS, type Expectation, type Lab, type LabActor, type LabNode, type LabOperation, type Scalar } from './lab';
import { parsePolicies } from './policy-text';
import { scalarProblem } from './scalar-text';

export type LabPath = readonly (string | number)[];

/** Something wrong with a lab: where (keys and indexes from its root) and what. */
export interface LabFinding {
  readonly path: LabPath;
  /** Whether the key at the end of the path is meant, or what it holds. */
  readonly at: 'key' | 'value';
  /** An unknown field is kept in the file and has no meaning here; everything else cannot be run. */
  readonly severity: 'error' | 'unknown-field';
  readonly message: string;
}

/**
 * Checks a lab against the catalogue: kinds, words, parameters, references, conditions. Wires and the run itself are judged
 * elsewhere. A node of an unknown kind may be what others take it for: they are not blamed as well.
 */
export function checkLab(lab: Lab, catalogue: Catalogue): readonly LabFinding[] {
  return [...nodeFindings(lab, catalogue), ...linkFindings(lab), ...actorFindings(lab, catalogue), ...policyFindings(lab, catalogue), ...expectationFindings(lab, catalogue)];
}

const error = (path: LabPath, message: string, at: 'key' | 'value' = 'value'): LabFinding => ({ path, at, severity: 'error', message });
const listed = (words: readonly string[]): string => (words.length === 0 ? 'There are none.' : `There are ${words.join(', ')}.`);

function unknownWord(what: string, word: string, known: readonly string[]): string {
  return `Unknown ${what} "${word}".${didYouMean(word, known)} ${listed(known)}`;
}

function* nodeFindings(lab: Lab, catalogue: Catalogue): Iterable<LabFinding> {
  for (const [name, node] of Object.entries(lab.topology.nodes)) {
    const path = ['topology', 'nodes', name];
    const device = catalogue.devices.find(candidate => candidate.kind === node.kind);
    if (device === undefined) yield error([...path, 'kind'], unknownWord('device kind', node.kind, catalogue.devices.map(({ kind }) => kind)));
    else yield* parametersOfNode(node, device, path, lab, catalogue);
  }
}

function* parametersOfNode(node: LabNode, device: DeviceEntry, path: LabPath, lab: Lab, catalogue: Catalogue): Iterable<LabFinding> {
  const known = device.parameters.map(parameter => parameter.name);
  for (const [field, value] of Object.entries(node)) {
    if (field === 'kind' || field === 'label' || value === undefined) continue;
    const parameter = device.parameters.find(candidate => candidate.name === field);
    if (parameter === undefined) {
      if (field === 'files') yield error([...path, field], `A ${device.kind} has no files. Put them on a pmem-region or in host-memory.`, 'key');
      else yield { path: [...path, field], at: 'key', severity: 'unknown-field', message: `A ${device.kind} has no parameter "${field}"; it is kept and does nothing.${didYouMean(field, known)} ${listed(known)}` };
    } else if (parameter.type.kind === 'files') yield* fileFindings(node, [...path, field]);
    else if (typeof value === 'object') yield error([...path, field], `${field} is a ${Array.isArray(value) ? 'list' : 'map'}; expected a text, a number, true or false.`);
    else yield* valueFindings(value, parameter, [...path, field], lab, catalogue);
  }
  yield* missingFindings(Object.keys(node), device.parameters, path, `A ${device.kind}`);
}

function* fileFindings(node: LabNode, path: LabPath): Iterable<LabFinding> {
  for (const [name, file] of Object.entries(node.files ?? {})) {
    const size = typeof file.size === 'boolean' ? null : parseQuantity(file.size, 'bytes');
    if (size === null || !size.ok) yield error([...path, name, 'size'], `size of file ${name} is "${file.size}": ${size === null ? 'expected a size' : size.ok ? '' : size.refusal}.`);
    if (file.mode !== undefined && !/^0?[0-7]{3}$/.test(String(file.mode))) yield error([...path, name, 'mode'], `mode of file ${name} is "${file.mode}": expected three octal digits, such as "0644".`);
    if ((node.kind === 'host-memory') !== (file.fs !== undefined)) {
      yield error([...path, name, 'fs'], node.kind === 'host-memory' ? `file ${name} lies in host memory: say fs: tmpfs, memfd, hugetlb, secretmem or pci-bar.` : `file ${name} lies on the file system of its device: leave fs away.`, 'key');
    }
  }
}

function* missingFindings(given: readonly string[], parameters: readonly Parameter[], path: LabPath, who: string): Iterable<LabFinding> {
  for (const parameter of parameters) {
    if (parameter.required && !given.includes(parameter.name)) yield error(path, `${who} needs "${parameter.name}": ${parameter.doc}`, 'key');
  }
}

function* valueFindings(value: Scalar, parameter: Parameter, path: LabPath, lab: Lab, catalogue: Catalogue): Iterable<LabFinding> {
  const problem = scalarProblem(value, parameter.type);
  if (problem !== null) yield error(path, `${parameter.name} is "${value}": ${problem}.`);
  else if (parameter.type.kind === 'reference') {
    const known = namesOf(parameter.type.to, lab, catalogue);
    if (known !== null && !known.includes(String(value))) yield error(path, unknownWord(parameter.type.to, String(value), known));
  }
}

/** Names that a reference may use; null where operations bring them into being as the lab runs. */
function namesOf(target: ReferenceTarget, lab: Lab, catalogue: Catalogue): readonly string[] | null {
  switch (target) {
    case 'mapping': case 'mr': case 'pipe': case 'fd': case 'p2p-buffer': case 'nvmet-namespace': case 'nvmf-controller': return null;
    case 'actor': return Object.keys(lab.actors);
    case 'file': return [...Object.values(lab.topology.nodes).flatMap(node => Object.keys(node.files ?? {})), ...createdFiles(lab)];
    default: return nodesOf(kindsOfTarget(target), lab, catalogue);
  }
}

const createdFiles = (lab: Lab): readonly string[] =>
  Object.values(lab.actors).flatMap(({ ops }) => ops).flatMap(({ word, parameters }) => (word in FILE_MAKERS ? [String(parameters[FILE_MAKERS[word]])] : []));

/** Nodes of these kinds, and those of which nobody knows the kind. */
function nodesOf(kinds: readonly string[], lab: Lab, catalogue: Catalogue): readonly string[] {
  const isKnown = ({ kind }: LabNode): boolean => catalogue.devices.some(device => device.kind === kind);
  return Object.entries(lab.topology.nodes).filter(([, node]) => kinds.includes(node.kind) || !isKnown(node)).map(([name]) => name);
}

function* linkFindings(lab: Lab): Iterable<LabFinding> {
  const nodes = Object.keys(lab.topology.nodes);
  for (const [at, link] of lab.topology.links.entries()) {
    for (const end of ['from', 'to'] as const) {
      const node = link[end].split('.')[0] ?? '';
      if (!nodes.includes(node)) yield error(['topology', 'links', at, end], unknownWord('node', node, nodes));
    }
  }
}

function* actorFindings(lab: Lab, catalogue: Catalogue): Iterable<LabFinding> {
  for (const [name, actor] of Object.entries(lab.actors)) {
    const path = ['actors', name];
    if (actor.on !== undefined) {
      const places = nodesOf(['cpu', 'rdma-peer'], lab, catalogue);
      if (!places.includes(actor.on)) yield error([...path, 'on'], unknownWord('cpu or rdma-peer', actor.on, places));
    }
    if (actor.memlock !== undefined) {
      const limit = typeof actor.memlock === 'boolean' ? null : parseQuantity(actor.memlock, 'bytes');
      if (limit === null || !limit.ok) yield error([...path, 'memlock'], `memlock is "${actor.memlock}": ${limit === null || limit.ok ? 'expected a size' : limit.refusal}.`);
    }
    yield* processFindings(name, actor, lab);
    for (const [at, operation] of actor.ops.entries()) yield* operationFindings(operation, [...path, 'ops', at], lab, catalogue);
  }
}

/** What belongs to a process is said by its first actor; the others may repeat it. */
function* processFindings(name: string, actor: LabActor, lab: Lab): Iterable<LabFinding> {
  const process = actor.process ?? name;
  const [firstName, first] = Object.entries(lab.actors).find(([other, { process: of }]) => (of ?? other) === process) ?? [name, actor];
  for (const field of ['memlock', 'ipcLock', 'uid', 'caps'] as const) {
    if (actor[field] === undefined || limitOf(actor, field) === limitOf(first, field)) continue;
    yield error(['actors', name, field], `${field} belongs to the process: that of ${process} is what ${firstName}, its first actor, says. Say it there, or the same here.`);
  }
}

function limitOf(actor: LabActor, field: 'memlock' | 'ipcLock' | 'uid' | 'caps'): unknown {
  if (field === 'ipcLock') return actor.ipcLock === true;
  if (field === 'uid') return actor.uid ?? 0;
  if (field === 'caps') return actor.caps ?? 'all';
  const limit = parseQuantity(String(actor.memlock), 'bytes');
  return limit.ok ? limit.value : actor.memlock;
}

function* operationFindings(operation: LabOperation, path: LabPath, lab: Lab, catalogue: Catalogue): Iterable<LabFinding> {
  const entry = catalogue.operations.find(candidate => candidate.word === operation.word);
  if (entry === undefined) {
    yield error([...path, 'word'], unknownWord('operation', operation.word, catalogue.operations.map(({ word }) => word)), 'key');
    return;
  }
  const known = entry.parameters.map(parameter => parameter.name);
  for (const [name, value] of Object.entries(operation.parameters)) {
    const at = [...path, 'parameters', name];
    const parameter = entry.parameters.find(candidate => candidate.name === name);
    if (parameter === undefined) yield error(at, unknownWord(`parameter of ${operation.word}`, name, known), 'key');
    else yield* valueFindings(value, parameter, at, lab, catalogue);
  }
  yield* missingFindings(Object.keys(operation.parameters), entry.parameters, [...path, 'word'], operation.word);
}

function* policyFindings(lab: Lab, catalogue: Catalogue): Iterable<LabFinding> {
  if (lab.policy === undefined) return;
  const policies = parsePolicies(null, catalogue, lab.policy);
  if (!policies.ok) yield error(['policy'], policies.refusal);
}

/** Stands for every invariant whose violation decides a verdict. */
const ANY_INVARIANT = 'any';

/** What an expectation may be about, exactly one of them, and the facts it may state of that. */
const SUBJECTS = {
  op: ['result', 'errno', 'killedBy', 'status', 'blockedOn', 'sees'],
  page: ['ref', 'pins', 'maps', 'maybePinned', 'owner', 'content', 'entry', 'huge', 'memory', 'folioPages', 'folioMapping', 'daxEntry', 'daxTag'],
  file: ['size'],
  fs: ['free', 'allocatable', 'busyGeneration'],
  violated: [],
  notViolated: [],
  order: [],
  process: ['pinnedVm'],
  state: ['is'],
} as const satisfies { readonly [Subject in keyof Expectation]?: readonly (keyof Expectation)[] };

type Subject = keyof typeof SUBJECTS;

const SUBJECT_NAMES = Object.keys(SUBJECTS) as readonly Subject[];
const FACTS = Object.values(SUBJECTS).flat();

/** What asserts nothing is no expectation: it would hold whatever happens. That an operation is named says that it ends. */
function* factFindings(expectation: Expectation, subject: Subject, path: LabPath): Iterable<LabFinding> {
  const own: readonly (keyof Expectation)[] = SUBJECTS[subject];
  const stated = FACTS.filter(fact => expectation[fact] !== undefined);
  for (const fact of stated) if (!own.includes(fact)) yield error([...path, fact], `"${fact}" says nothing about ${subject} ${String(expectation[subject])}. ${own.length === 0 ? 'No fact belongs there.' : listed(own)}`, 'key');
  if (subject === 'order' && expectation.order?.length === 0) yield error([...path, subject], 'This order names no operation.');
  if (subject !== 'op' && own.length > 0 && stated.length === 0) yield error(path, `This expectation says nothing about ${subject} ${String(expectation[subject])}; expected one of ${own.join(', ')}.`);
}

/** A moment inside a run: the schedule that leads there, and what can be judged before a run is over. */
function* momentFindings({ upTo, schedule, holds, violated, notViolated }: Expectation, lab: Lab, path: LabPath): Iterable<LabFinding> {
  if (upTo === undefined) return;
  const names = (lab.schedules ?? []).map(({ name }) => name);
  if (!names.includes(upTo)) yield error([...path, 'upTo'], unknownWord('schedule', upTo, names));
  if (schedule !== undefined || holds !== undefined) yield error([...path, 'upTo'], 'upTo says itself which run it speaks about; schedule and holds do not go with it.');
  if (violated !== undefined || notViolated !== undefined) yield error([...path, 'upTo'], 'Whether an invariant is violated is judged over a whole run: name the run with schedule.');
}

function* expectationFindings(lab: Lab, catalogue: Catalogue): Iterable<LabFinding> {
  const invariants = catalogue.invariants.map(({ id }) => id);
  for (const [at, expectation] of (lab.expect ?? []).entries()) {
    const path = ['expect', at];
    const subjects = SUBJECT_NAMES.filter(subject => expectation[subject] !== undefined);
    if (subjects.length !== 1) {
      yield error(path, `This expectation is about ${subjects.length === 0 ? 'nothing' : subjects.join(' and ')}; expected exactly one of ${SUBJECT_NAMES.join(', ')}.`);
    }
    const [subject] = subjects;
    if (subject !== undefined && subjects.length === 1) yield* factFindings(expectation, subject, path);
    yield* momentFindings(expectation, lab, path);
    for (const field of ['violated', 'notViolated'] as const) {
      const id = expectation[field];
      if (id !== undefined && id !== ANY_INVARIANT && !invariants.includes(id)) yield error([...path, field], unknownWord('invariant', id, invariants));
    }
    const conditions = expectation.when ?? [];
    for (const condition of typeof conditions === 'string' ? [conditions] : conditions) {
      const parsed = parsePolicies(condition, catalogue, null);
      if (!parsed.ok) yield error([...path, 'when'], parsed.refusal);
    }
  }
}
