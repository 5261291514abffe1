import type { Row } from '@shared/state/dictionary';
import type { OperationEntry } from '@shared/protocol/catalogue';
import type { Parameter } from '@shared/protocol/parameter';
import type { Dimension } from '@shared/units/quantity';
import type { Call } from '../engine/step';
import type { LayoutChange } from '../kernel';

/** What an operation of the lab becomes: a call of a mechanism, and what mechanisms ask of the operation itself. */
export interface Lowered {
  readonly call: Call;
  /** Size it asks for; −1 where it asks for none. */
  readonly sizeBytes?: number;
  /** What it does to the layout of a file besides setting its size. */
  readonly change?: LayoutChange;
  /** One line for lists: "ftruncate F to 0 B". */
  readonly text: string;
}

export interface MappingPlace {
  readonly row: Row;
  readonly process: Row;
  readonly vpnFirst: number;
  readonly pageCount: number;
}

/** Pages named by an operation: first and how many. */
export interface Pages {
  readonly first: number;
  readonly count: number;
}

/** Bytes of a mapping or registration: first and how many. */
export interface Bytes {
  readonly first: number;
  readonly count: number;
}

/** A byte of a registration. */
export interface MrPlace {
  readonly row: Row;
  readonly byte: number;
}

/** Kinds of verbs objects that labs give names to. */
export type VerbsKind = 'pd' | 'cq' | 'qp' | 'mw' | 'dmabuf';

/**
 * Resolves the words of one operation against its lab. A word that names nothing notes a problem at its place and answers
 * with a stand-in, so that one reading finds every problem.
 */
export interface OperationReader {
  /** The operation's own row. */
  readonly op: Row;
  readonly actor: Row;
  /** Address space of the actor. */
  readonly process: Row;
  has(parameter: string): boolean;
  text(parameter: string): string;
  number(parameter: string, dimension: Dimension): number;
  flag(parameter: string): boolean;
  /** `total` is what "all of it" means where the parameter is not given. */
  pages(parameter: string, total: number): Pages;
  file(parameter: string): Row;
  mapping(parameter: string): MappingPlace;
  /** A mapping of any process. */
  anyMapping(parameter: string): MappingPlace;
  /** Gives the mapping its place; the first `mmap` of a name decides it. */
  newMapping(parameter: string, pageCount: number): MappingPlace;
  mr(parameter: string): Row;
  newMr(parameter: string): Row;
  pipe(parameter: string): Row;
  /** A ring, socket or user in the kernel that keeps pages. */
  buffer(parameter: string): Row;
  /** The part of {@link pages} in bytes. */
  bytes(parameter: string, total: number): { readonly start: number; readonly length: number };
  /** A descriptor of the actor’s process, by name. */
  descriptor(parameter: string): Row;
  /** The same, where the operation makes it: without a name it gets one of its own. */
  newDescriptor(parameter: string): Row;
  /** The operation as a handler of lease breaks. */
  readonly handler: Row;
  drive(parameter: string): Row;
  gpu(parameter: string): Row;
  /** Notes a problem where the policy has no device migration. */
  needsDeviceMigration(): void;
  nic(parameter: string): Row;
  otherActor(parameter: string): Row;
  /** Address space of the actor that a parameter names. */
  processOf(parameter: string): Row;
  /** Row of the n-th operation of the actor that a parameter names, from 1. */
  operationOf(parameter: string, nth: number): Row;
  /** Bytes named by `range` or `pages`; `total` is what "all of it" means. */
  byteRange(total: number): Bytes;
  /** "r+4096": a registration and an offset in it. */
  mrPlace(parameter: string): MrPlace;
  /** A protection domain of this process; its default one if not said. */
  pd(parameter: string): Row;
  verbs(parameter: string, kind: VerbsKind): Row;
  /** Symbolic content by the operation that writes it, 0 for zeroes. */
  contentOf(parameter: string): number;
  /** The completion queue that a queue pair gets where none is named. */
  ownQueue(qp: string): Row;
  /** Queue pair of a remote program, connected with one of the process that registered `mr`. */
  pairWith(mr: Row): Row;
  /** The program runs on a remote peer. */
  readonly isRemote: boolean;
  filePages(file: Row): number;
  /** Index of a node in the topology. */
  node(parameter: string): number;
  /** Index of the memory of a node. */
  memory(parameter: string): number;
  /** File system on a node. */
  filesystem(parameter: string): Row;
  /** Peer-to-peer memory by the name its p2p-alloc gave it. */
  p2pBuffer(parameter: string): Row;
  readonly host: Row;
  /** A namespace of an NVMe-oF target, by the name its nvmet-enable gave it. */
  namespace(parameter: string): Row;
  /** A controller of a target, by the name its nvmf-connect gave it. */
  controller(parameter: string): Row;
  /** Whether another operation of the lab makes it too. */
  isMadeTwice(parameter: string): boolean;
  /** The file p2pmem/allocate of a provider. */
  p2pFile(parameter: string): Row;
  /** Nodes joined by +, as a set of bits by their index. */
  nodeSet(parameter: string): number;
  /** The port of a switch that leads to a node below it. */
  bridge(parameter: string, below: string): Row;
  fail(parameter: string, message: string): void;
}

export interface Operation extends OperationEntry {
  lower(read: OperationReader): Lowered;
}

const reference = (name: string, to: Extract<Parameter['type'], { kind: 'reference' }>['to'], doc: string, required = true): Parameter =>
  ({ name, title: name, doc, required, type: { kind: 'reference', to } });

export const aFile = reference('file', 'file', 'the file');
export const aMapping = reference('mapping', 'mapping', 'a mapping, by the name its mmap gave it');
export const anMr = reference('mr', 'mr', 'a registration, by name');
export const aPipe = reference('pipe', 'pipe', 'a pipe, by name');
export const aDescriptor = reference('fd', 'fd', 'a file descriptor, by name');
export const aNewDescriptor: Parameter = { name: 'fd', title: 'fd', doc: 'how other operations call the descriptor', required: false, type: { kind: 'text' } };
export const aDrive = reference('drive', 'drive', 'the drive; the only one if not said', false);
export const aNic = reference('nic', 'rdma-nic', 'the NIC; the only one if not said', false);
export const anActor = reference('actor', 'actor', 'another actor');
export const somePages = (doc: string): Parameter => ({ name: 'pages', title: 'pages', doc, required: false, type: { kind: 'pages' } });

/** The same part in bytes; offered wherever an operation takes {@link somePages}. */
export const A_RANGE: Parameter = {
  name: 'range', title: 'range', doc: 'the same in bytes, start+length; every page that it touches is meant', required: false, type: { kind: 'text' },
};

/** Parameters that every operation takes. */
export const COMMON_PARAMETERS: readonly Parameter[] = [
  {
    name: 'at', title: 'not before', doc: 'simulated time before which it does not start', required: false,
    type: { kind: 'quantity', dimension: 'ns', min: 0, max: 1e15 },
  },
  { name: 'repeat', title: 'repeat', doc: 'how often; "forever" until it fails', required: false, type: { kind: 'text' } },
];
