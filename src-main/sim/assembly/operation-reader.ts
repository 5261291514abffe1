import { assert } from '@shared/base/assert';
import type { Row } from '@shared/state/dictionary';
import { mappings, operations } from '@shared/state/tables';
import { descriptors, leaseHandlers } from '@shared/state/vfs-tables';
import { parseQuantity } from '@shared/units/quantity';
import type { LabOperation, Scalar } from '@shared/lab/lab';
import type { MappingPlace, Operation, OperationReader } from '../operations/operation';
import { DEFAULT_BUFFER, type LabNames } from './lab-names';
import { byteRange, namedBytes, namedPages } from './named-pages';
import { nodeReader } from './node-reader';
import { verbsReader } from './verbs-reader';

/** Where an operation stands, and what it may name. */
export interface ReadingPlace {
  readonly names: LabNames;
  readonly path: readonly (string | number)[];
  readonly op: Row;
  readonly actor: Row;
  readonly process: Row;
  readonly actorName: string;
  /** Row of each actor of the lab by name. */
  readonly actorRows: ReadonlyMap<string, Row>;
  readonly drives: ReadonlyMap<string, Row>;
  readonly nics: ReadonlyMap<string, Row>;
}

/** Descriptors without a name are numbered behind all that have one. */
const UNNAMED_FIRST = 100_000;

export function operationReader(operation: LabOperation, entry: Operation, place: ReadingPlace): OperationReader {
  const { names } = place;
  const given = (parameter: string): Scalar | undefined => operation.parameters[parameter];
  const fail = (parameter: string, message: string): void => { names.problem([...place.path, operation.word, parameter], message); };
  const named = <T>(parameter: string, all: ReadonlyMap<string, T>, what: string, otherwise: T): T => {
    const found = all.get(String(given(parameter)));
    if (found === undefined) fail(parameter, `there is no ${what} "${String(given(parameter))}"; there ${all.size === 1 ? 'is' : 'are'} ${[...all.keys()].join(', ') || 'none'}`);
    return found ?? otherwise;
  };
  const device = (parameter: string, all: ReadonlyMap<string, Row>, what: string): Row => {
    if (given(parameter) === undefined && all.size !== 1) fail(parameter, all.size === 0 ? `there is no ${what}: add one to the topology` : `say which ${what}: ${[...all.keys()].join(', ')}`);
    const row = given(parameter) === undefined ? all.values().next().value ?? 0 : named(parameter, all, what, 0);
    if (!names.used.has(row)) names.used.set(row, [...place.path, operation.word]);
    return row;
  };
  const text = (parameter: string): string => {
    const type = entry.parameters.find(candidate => candidate.name === parameter)?.type;
    return String(given(parameter) ?? (type?.kind === 'choice' ? type.default : '') ?? '');
  };
  return {
    op: place.op, actor: place.actor, process: place.process,
    has: parameter => given(parameter) !== undefined,
    text,
    flag: parameter => given(parameter) === true,
    number(parameter, dimension) {
      const parsed = parseQuantity(String(given(parameter) ?? 0), dimension);
      if (!parsed.ok) fail(parameter, `${parameter} ${parsed.refusal}`);
      return parsed.ok ? parsed.value : 0;
    },
    byteRange: total => byteRange(operation, total, fail),
    pages: (parameter, total) => namedPages(operation, parameter, total, fail),
    file: parameter => named(parameter, names.files, 'file', 0),
    mapping(parameter) {
      const mapping = inherited(place, named(parameter, names.mappings, 'mapping', { row: 0, process: place.process, vpnFirst: 0, pageCount: 1 }));
      if (mapping.process !== place.process) fail(parameter, `mapping "${String(given(parameter))}" is in the address space of another process; an actor with process: of that one may use it`);
      return mapping;
    },
    anyMapping: parameter => inherited(place, named(parameter, names.mappings, 'mapping', { row: 0, process: place.process, vpnFirst: 0, pageCount: 1 })),
    newMapping(parameter) {
      const mapping = names.mappings.get(String(given(parameter)));
      assert(mapping !== undefined, 'names were introduced before operations are resolved', { mapping: given(parameter) });
      if (mapping.process !== place.process) fail(parameter, `mapping "${String(given(parameter))}" belongs to another process already; mapping names are unique in a lab`);
      return mapping;
    },
    ...verbsReader(place, given, fail, named, () => device('nic', place.nics, 'rdma-nic')),
    buffer: parameter => names.buffers.get(String(given(parameter) ?? DEFAULT_BUFFER)) ?? named(parameter, names.buffers, 'ring, socket or holder', 0),
    bytes: (pages, total) => namedBytes(operation, pages, total),
    pipe: parameter => named(parameter, names.pipes, 'pipe', 0),
    descriptor: parameter => descriptors.$.row(place.process, named(parameter, names.descriptors, 'descriptor', 0)),
    newDescriptor: parameter => descriptors.$.row(place.process, given(parameter) === undefined ? UNNAMED_FIRST + operations.nth.get(place.op) : named(parameter, names.descriptors, 'descriptor', 0)),
    get handler() { return leaseHandlers.$.row(place.op); },
    gpu: parameter => device(parameter, names.gpus, 'GPU'),
    drive: parameter => device(parameter, place.drives, 'drive'),
    nic: parameter => device(parameter, place.nics, 'rdma-nic'),
    otherActor(parameter) {
      const row = named(parameter, place.actorRows, 'actor', place.actor);
      if (row === place.actor && given(parameter) !== undefined && place.actorRows.get(String(given(parameter))) === place.actor) fail(parameter, 'an actor cannot name itself here');
      return row;
    },
    processOf: parameter => processOfActor(names, String(given(parameter))) ?? place.process,
    operationOf: (parameter, nth) => nthOperation(names, String(given(parameter)), nth, message => { fail('op', message); }),
    filePages: file => (file === 0 ? 1 : names.pagesOf(file)),
    ...nodeReader(names, given, fail),
    p2pBuffer: parameter => named(parameter, names.p2pBuffers, 'peer-to-peer buffer', 0),
    namespace: parameter => named(parameter, names.targets.namespaces, 'namespace of a target', 0),
    controller: parameter => named(parameter, names.targets.controllers, 'controller of a target', 0),
    isMadeTwice: parameter => Object.values(names.lab.actors).flatMap(({ ops }) => ops).filter(({ word, parameters }) => word === operation.word && parameters[parameter] === given(parameter)).length > 1,
    fail,
  };
}

/** A forked child names the mappings of its ancestors as its own. */
function inherited({ names, process }: ReadingPlace, mapping: MappingPlace): MappingPlace {
  for (let parent = names.parents.get(process); parent !== undefined; parent = names.parents.get(parent)) {
    if (mapping.process === parent) return { ...mapping, process, row: mappings.$.row(process, mappings.nth.get(mapping.row)) };
  }
  return mapping;
}

function processOfActor(names: LabNames, actor: string): Row | undefined {
  return names.processes.get(names.lab.actors[actor]?.process ?? actor);
}

/** Row of the n-th operation of an actor; operations are numbered through the lab. */
function nthOperation(names: LabNames, actor: string, nth: number, fail: (message: string) => void): Row {
  const actors = Object.entries(names.lab.actors);
  const at = actors.findIndex(([name]) => name === actor);
  const count = at < 0 ? 0 : actors[at][1].ops.length;
  if (at >= 0 && nth > count) fail(`${actor} has ${count} operations`);
  return operations.$.row(actors.slice(0, Math.max(0, at)).reduce((sum, [, { ops }]) => sum + ops.length, 0) + nth - 1);
}
