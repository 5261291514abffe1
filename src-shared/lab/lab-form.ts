import type { Lab, LabActor, LabOperation, Scalar } from './lab';
import type { LabFileForm } from './lab-schema';

/** Data as it stands in a file. */
export type Plain = string | number | boolean | null | readonly Plain[] | { readonly [key: string]: Plain };

type FileOperation = string | Readonly<Record<string, Readonly<Record<string, Scalar>> | null>>;

/** The lab that a file of valid shape means. */
export function labFromFile(file: LabFileForm): Lab {
  const actors = Object.entries(file.actors).map(([name, actor]) => [name, { ...actor, ops: actor.ops.map(op => operationFromFile(op as FileOperation)) }]);
  // Optional fields of the shape are absent, never undefined: YAML has no such value.
  return { ...file, actors: Object.fromEntries(actors) as Record<string, LabActor> } as Lab;
}

function operationFromFile(operation: FileOperation): LabOperation {
  if (typeof operation === 'string') return { word: operation, parameters: {} };
  const [only] = Object.entries(operation);
  return only === undefined ? { word: '', parameters: {} } : { word: only[0], parameters: only[1] ?? {} };
}

/** The lab as its file holds it; fields that are undefined are left out. */
export function labToFile(lab: Lab): Plain {
  const actors = Object.entries(lab.actors).map(([name, actor]) => [name, { ...actor, ops: actor.ops.map(operationToFile) }] as const);
  return plain({ ...lab, actors: Object.fromEntries(actors) });
}

const operationToFile = ({ word, parameters }: LabOperation): unknown => (Object.keys(parameters).length === 0 ? word : { [word]: parameters });

function plain(value: unknown): Plain {
  if (Array.isArray(value)) return (value as readonly unknown[]).map(plain);
  if (typeof value !== 'object' || value === null) return value as Plain;
  return Object.fromEntries(Object.entries(value).filter(([, item]) => item !== undefined).map(([key, item]) => [key, plain(item)]));
}
