import type { Lab, LabOperation } from '@shared/lab/lab';
import type { LabDiff, LabEdits, LabValue } from '@shared/lab/lab-diff';
import type { Catalogue, OperationEntry } from '@shared/protocol/catalogue';
import { kindsOfTarget, type Parameter } from '@shared/protocol/parameter';

/** "task0", "task1", …: the first that no actor has. */
export function freeActorName(lab: Lab): string {
  for (let n = 0; ; n++) if (lab.actors[`task${n}`] === undefined) return `task${n}`;
}

export const addActor = (edits: LabEdits, name: string): LabDiff => edits.set(['actors', name], { ops: [] }).diff();
export const removeActor = (edits: LabEdits, name: string): LabDiff => edits.set(['actors', name], undefined).diff();
export const renameActor = (edits: LabEdits, from: string, to: string): LabDiff => edits.rename(['actors', from], to).diff();

/** Inserts an operation before the `index`-th of the actor. */
export function insertOperation(edits: LabEdits, actor: string, index: number, operation: LabOperation): LabDiff {
  return edits.insert(['actors', actor, 'ops'], index, asValue(operation)).diff();
}

export const removeOperation = (edits: LabEdits, actor: string, index: number): LabDiff => edits.removeItem(['actors', actor, 'ops'], index).diff();

/** Moves an operation within its actor; `to` is its place afterwards. */
export function moveOperation(edits: LabEdits, lab: Lab, actor: string, from: number, to: number): LabDiff {
  const operation = lab.actors[actor]?.ops[from];
  if (operation === undefined) return [];
  return edits.removeItem(['actors', actor, 'ops'], from).insert(['actors', actor, 'ops'], to, asValue(operation)).diff();
}

/** An operation with everything filled in that must be, as far as the lab has something to name. */
export function newOperation(entry: OperationEntry, lab: Lab): LabOperation {
  const parameters: Record<string, string | number | boolean> = {};
  for (const parameter of entry.parameters) {
    if (!parameter.required) continue;
    const first = firstValue(parameter, lab);
    if (first !== undefined) parameters[parameter.name] = first;
  }
  return { word: entry.word, parameters };
}

function firstValue({ name, type }: Parameter, lab: Lab): string | number | boolean | undefined {
  switch (type.kind) {
    case 'quantity': return type.default ?? type.min;
    case 'choice': return type.default ?? type.values[0];
    case 'flag': return type.default;
    case 'pages': return '0+1';
    case 'text': return type.default ?? freeWord(name, lab);
    case 'reference': return namesOf(type.to, lab)[0];
    case 'files': return undefined;
  }
}

/** A name for something that an operation brings into being: m0, m1, …. */
function freeWord(parameter: string, lab: Lab): string {
  const taken = new Set(operationsOf(lab).flatMap(({ parameters }) => Object.values(parameters).map(String)));
  const stem = parameter[0] ?? 'x';
  for (let n = 0; ; n++) if (!taken.has(`${stem}${n}`)) return `${stem}${n}`;
}

const operationsOf = (lab: Lab): readonly LabOperation[] => Object.values(lab.actors).flatMap(({ ops }) => ops);

/** The word whose operations bring such a thing into being, and the parameter that names it. */
const MADE_BY: Readonly<Record<string, readonly string[]>> = { mapping: ['mmap'], mr: ['ibv-reg', 'ibv-reg-dmabuf'], 'p2p-buffer': ['p2p-alloc'], 'nvmet-namespace': ['nvmet-enable'], 'nvmf-controller': ['nvmf-connect'], pipe: ['vmsplice'], fd: ['open', 'dup'] };

/** Names that a reference may take in this lab. */
export function namesOf(target: string, lab: Lab): readonly string[] {
  const nodes = Object.entries(lab.topology.nodes);
  if (target === 'actor') return Object.keys(lab.actors);
  if (target === 'file') return nodes.flatMap(([, { files }]) => Object.keys(files ?? {}));
  const words = MADE_BY[target];
  if (words === undefined) return nodes.filter(([, { kind }]) => kindsOfTarget(target).includes(kind)).map(([id]) => id);
  const names = operationsOf(lab).filter(({ word }) => words.includes(word)).flatMap(({ parameters }) => parameters['name'] ?? parameters['pipe'] ?? parameters['fd'] ?? []);
  return [...new Set(names.map(String))];
}

/** "ftruncate F 0 B" while there is no run that words it better. */
export function operationText({ word, parameters }: LabOperation, catalogue: Catalogue): string {
  const known = catalogue.operations.find(entry => entry.word === word)?.parameters ?? [];
  const values = Object.entries(parameters).map(([name, value]) => {
    const plain = known.find(parameter => parameter.name === name)?.required === true;
    return plain ? String(value) : `${name} ${String(value)}`;
  });
  return [word, ...values].join(' ');
}

const asValue = ({ word, parameters }: LabOperation): LabValue => ({ word, parameters: { ...parameters } });
