import { z } from 'zod';
import type { Catalogue, DeviceEntry, OperationEntry } from '../protocol/catalogue';
import type { Parameter } from '../protocol/parameter';
import { files, labShape, scalar, type CatalogueParts } from './lab-schema';
import { showRange, withArticle } from './scalar-text';

/** JSON Schema of a lab file with the devices and operations of this catalogue, for editors. */
export function labJsonSchema(catalogue: Catalogue): object {
  const schema = z.toJSONSchema(labSchema(catalogue));
  return { ...schema, title: 'PinLab lab', description: 'A topology, its workload, a kernel policy and what is expected of the run.' };
}

/** Everything about a lab file that can be said without looking at two places of it at once. */
export const labSchema = (catalogue: Catalogue) => labShape(catalogueParts(catalogue));

function catalogueParts(catalogue: Catalogue): CatalogueParts {
  const [firstDevice, ...devices] = catalogue.devices.map(deviceSchema);
  const bare = catalogue.operations.filter(operation => operation.parameters.every(parameter => !parameter.required)).map(operation => operation.word);
  const operations = catalogue.operations.map(operationSchema);
  return {
    node: firstDevice === undefined ? z.never() : z.discriminatedUnion('kind', [firstDevice, ...devices]),
    operation: z.union(bare.length === 0 ? operations : [z.enum(bare), ...operations]),
  };
}

const deviceSchema = (device: DeviceEntry) =>
  z.strictObject({ kind: z.literal(device.kind), label: z.string().optional(), ...parametersSchema(device.parameters) }).describe(device.doc);

function operationSchema(operation: OperationEntry): z.ZodType {
  const parameters = z.strictObject(parametersSchema(operation.parameters));
  const value = operation.parameters.some(parameter => parameter.required) ? parameters : z.union([parameters, z.null()]);
  return z.strictObject({ [operation.word]: value }).describe(operation.doc);
}

const parametersSchema = (parameters: readonly Parameter[]): Record<string, z.ZodType> =>
  Object.fromEntries(parameters.map(parameter => [parameter.name, parameter.required ? parameterSchema(parameter) : parameterSchema(parameter).optional()]));

const sentence = (text: string): string => text.replace(/^./, letter => letter.toUpperCase()).replace(/\.?$/, '.');

function parameterSchema({ type, doc }: Parameter): z.ZodType {
  switch (type.kind) {
    case 'quantity': return z.union([z.string(), z.number().min(0)]).describe(`${sentence(doc)} From ${showRange(type)}.`);
    case 'choice': return (type.values.includes('true') ? z.union([z.boolean(), z.enum(type.values)]) : z.enum(type.values)).describe(sentence(doc));
    case 'flag': return z.boolean().describe(sentence(doc));
    case 'text': return z.union([z.string(), z.number()]).describe(sentence(doc));
    case 'pages': return scalar.describe(`${sentence(doc)} First page + count, for example 0+4.`);
    case 'reference': return z.string().describe(`${sentence(doc)} Name of ${withArticle(type.to)}.`);
    case 'files': return files.describe(sentence(doc));
  }
}
