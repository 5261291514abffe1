import { z } from 'zod';
import type { Expectation, Guide, GuideStep, Lab, LabActor, LabFile, LabLink } from './lab';

/** Exactly the fields of a type: one that is added there is asked for here. */
type FieldsOf<Type> = Readonly<Record<keyof Type, z.ZodType>>;

/** A lab as its file holds it: like `Lab`, but an operation is a map with one key, its word (or the bare word). */
export type LabFileForm = z.infer<ReturnType<typeof labShape>>;

/** The parts of the shape that the catalogue decides. */
export interface CatalogueParts {
  readonly node: z.ZodType;
  readonly operation: z.ZodType;
}

const text = z.string({ error: 'expected a text' });
const number = z.number({ error: 'expected a number' });
const flag = z.boolean({ error: 'expected true or false' });
const whole = z.int({ error: 'expected a whole number' });
const natural = whole.min(0, { error: 'expected zero or more' });
const between = (min: number, max: number) => whole.min(min, { error: `expected ${min} to ${max}` }).max(max, { error: `expected ${min} to ${max}` });
const list = <Item extends z.ZodType>(item: Item, of: string) => z.array(item, { error: `expected a list of ${of}, one "- " line each` });
const named = <Item extends z.ZodType>(item: Item, of: string) => z.record(name, item, { error: `expected ${of} by name, one "name:" line each` });
const oneOf = <const Values extends readonly [string, ...string[]]>(...values: Values) => z.enum(values, { error: `expected one of ${values.join(', ')}` });

/** Wires are checked in pairs; no machine in the gallery has a tenth of it. */
export const LINKS_MAX = 1024;

/** Names stand in `node.port`, `op:actor.1`, `page:file:0`, and comma lists. */
const name = z.string().regex(/^(?!__proto__$)[^\s.:;,=*"']{1,64}$/, { error: 'is not a name: expected up to 64 characters without blanks, quotes or . : ; , = *' });

export const scalar = z.union([text, number, flag], { error: 'expected a text, a number, true or false' });
export const files = named(z.strictObject({
  size: scalar.describe('Size, for example 64 KiB.'),
  layout: oneOf('hole', 'unwritten', 'written').optional().describe('Whether blocks lie behind it at the start.'),
  fs: oneOf('tmpfs', 'memfd', 'hugetlb', 'secretmem', 'pci-bar').optional().describe('File system in host memory; pci-bar is the window of a card that its mappings name without struct pages.'),
  cached: flag.optional().describe('Its pages are in the page cache at the start, clean.'),
  checksums: flag.optional().describe('The file system keeps checksums of its data.'),
  owner: natural.optional().describe('uid of its owner.'),
  mode: scalar.optional().describe('Permission bits in octal, for example "0666".'),
  xflag: between(0, 1).optional().describe('The per-file DAX flag; files made in a directory inherit it.'),
  type: oneOf('regular', 'directory', 'pipe').optional().describe('What kind of file it is.'),
  pinnable: flag.optional().describe('Its pages may be pinned for the long term (fs-contract).'),
} satisfies FieldsOf<LabFile>, { error: 'expected a map with size' }), 'files');

const link = z.strictObject({
  from: text.describe('node or node.port'),
  to: text.describe('node or node.port'),
  width: between(1, 32).optional().describe('PCIe lanes.'),
  gen: between(1, 6).optional().describe('PCIe generation.'),
} satisfies FieldsOf<LabLink>, { error: 'expected a link: { from: node, to: node }' });

/** A word, or several of which any will do. */
const anyOf = (expected: string) => z.union([text, list(text, 'words')], { error: `expected ${expected}` });

const expectation = z.strictObject({
  when: z.union([text, list(text, 'conditions')], { error: 'expected a preset, axis=variant or knob=value, or a list of them' }).optional(),
  holds: oneOf('this-run', 'every-schedule', 'some-schedule').optional(),
  schedule: text.optional(),
  upTo: text.optional().describe('schedule that leads to the state it speaks about'),
  assumed: flag.optional(),
  op: text.optional().describe('ACTOR.N'),
  result: whole.optional(),
  errno: text.optional(),
  killedBy: text.optional(),
  status: text.optional(),
  blockedOn: text.optional(),
  sees: anyOf('zero, a file, or ACTOR.N; or a list of them').optional().describe('zero, a file, or ACTOR.N; one of them, if a list'),
  page: text.optional(),
  ref: whole.optional(),
  pins: whole.optional(),
  maps: natural.optional(),
  owner: anyOf('a file, free, busy or in-transaction; or a list of them').optional(),
  content: anyOf('zero, a file, or ACTOR.N; or a list of them').optional(),
  entry: text.optional().describe('page-table entry of a page of a mapping: none, read, write, private write, exclusive, …'),
  huge: flag.optional(),
  memory: text.optional().describe('node of the memory that the page is in'),
  folioPages: natural.optional(),
  folioMapping: text.optional().describe('file whose DAX mapping has the frame, or none'),
  daxEntry: text.optional().describe('DAX mapping entry of a page of a file: none, real, zero, empty, or one of 2 MiB: PMD real, PMD zero, PMD empty'),
  daxTag: text.optional().describe('what fsync finds of the entry: clean, dirty, to write'),
  file: text.optional(),
  size: scalar.optional(),
  fs: text.optional(),
  free: natural.optional(),
  allocatable: natural.optional(),
  busyGeneration: natural.optional(),
  violated: text.optional(),
  notViolated: text.optional(),
  order: list(text, 'event names').optional(),
  process: text.optional(),
  pinnedVm: natural.optional(),
  maybePinned: flag.optional(),
  state: text.optional().describe('a row as people call it, and a column of it: "pgmap of nvme0: refs"'),
  is: scalar.optional(),
} satisfies FieldsOf<Expectation>, { error: 'expected an expectation: a map such as { op: admin.1, result: 0 }' });

const guide = z.strictObject({
  intro: text,
  steps: list(z.strictObject({
    title: text, policy: text, text, question: text, answers: list(text, 'answers'), correct: natural, explanation: text, source: text, look: text.optional(),
  } satisfies FieldsOf<GuideStep>, { error: 'expected a step: a map with title, policy, text, question, …' }), 'steps'),
} satisfies FieldsOf<Guide>, { error: 'expected a map with intro and steps' });

const actorShape = (parts: CatalogueParts) => z.strictObject({
  process: text.optional().describe('Address space it runs in; its own if not said.'),
  on: text.optional().describe('Where it runs: a cpu, or an rdma-peer.'),
  handler: oneOf('none', 'restart', 'no-restart').optional().describe('What it does when a signal arrives.'),
  memlock: scalar.optional().describe('RLIMIT_MEMLOCK of its process.'),
  ipcLock: flag.optional().describe('Has CAP_IPC_LOCK.'),
  uid: natural.optional().describe('User of its process.'),
  caps: oneOf('all', 'none').optional().describe('Capabilities of its process, CAP_IPC_LOCK apart.'),
  ops: list(parts.operation, 'operations'),
} satisfies FieldsOf<LabActor>, { error: 'expected an actor: a map with ops' });

/** The shape of a lab file. What nodes and operations hold is the catalogue's. */
export const labShape = (parts: CatalogueParts) => z.strictObject({
  version: natural.describe('Version of this format.'),
  title: text,
  guide: guide.optional(),
  topology: z.strictObject({ nodes: named(parts.node, 'nodes'), links: list(link, 'links').max(LINKS_MAX, { error: `expected at most ${LINKS_MAX} links` }) }, { error: 'expected a map with nodes and links' }),
  layout: named(z.strictObject({ x: number, y: number }, { error: 'expected { x, y }' }), 'positions').optional(),
  actors: named(actorShape(parts), 'actors'),
  policy: text.optional().describe('Policy grammar: see pinlab help policy.'),
  seed: natural.optional(),
  bounds: z.strictObject({ stepsMax: whole.min(1, { error: 'expected 1 or more' }).optional(), endNs: scalar.optional() }, { error: 'expected a map with stepsMax or endNs' }).optional(),
  schedules: list(z.strictObject({ name: text, text }, { error: 'expected { name, text }' }), 'schedules').optional(),
  watch: list(text, 'pages').optional(),
  expect: list(expectation, 'expectations').optional(),
  notes: text.optional(),
} satisfies FieldsOf<Lab>, { error: 'expected a lab: a map with version, title, topology and actors' });

/** Fields by place, for suggestions. */
export const knownFields: Readonly<Record<string, readonly string[]>> = {
  actors: Object.keys(actorShape({ node: z.never(), operation: z.never() }).shape),
  expect: Object.keys(expectation.shape),
  links: Object.keys(link.shape),
  topology: ['nodes', 'links'],
  lab: ['version', 'title', 'guide', 'topology', 'layout', 'actors', 'policy', 'seed', 'bounds', 'schedules', 'watch', 'expect', 'notes'],
};

const operationHint = 'expected an operation: one word with its parameters, for example "- ftruncate: { file: F, size: 0 }"';

/** Nodes and operations of any kind; the catalogue's rules are checked apart, where better messages are known. */
export const anyParts: CatalogueParts = {
  node: z.looseObject({ kind: text, label: text.optional(), files: files.optional() }, { error: 'expected a node: a map with its kind' }),
  operation: z.union([z.string(), z.record(z.string(), z.union([z.null(), z.record(z.string(), scalar)]))], { error: operationHint }),
};
