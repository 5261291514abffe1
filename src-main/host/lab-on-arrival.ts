import { type Result, accepted, refused } from '@shared/base/result';
import type { Lab } from '@shared/lab/lab';
import { type Plain, labFromFile } from '@shared/lab/lab-form';
import { shapedLab } from '@shared/lab/lab-shape';
import type { LabProblem } from '../sim/api';

type Fields = Readonly<Record<string, unknown>>;

/** The lab in a message, of the same shape as one in a file. What its words mean is checked where it is run. */
export function labOnArrival(document: Fields): Result<Lab, readonly LabProblem[]> {
  const shaped = shapedLab(fileForm(document));
  return shaped.ok ? accepted(labFromFile(shaped.value.form)) : refused(shaped.refusal);
}

/**
 * Operations in memory are `{ word, parameters }`, in a file `{ [word]: parameters }`. What is neither is passed on as it is,
 * for the shape to refuse it with its place.
 */
function fileForm(document: Fields): Plain {
  const { actors } = document;
  const translated = isFields(actors) ? { ...document, actors: mapped(actors, actorForm) } : document;
  return JSON.parse(JSON.stringify(translated)) as Plain;
}

const actorForm = (actor: unknown): unknown => (isFields(actor) && Array.isArray(actor.ops) ? { ...actor, ops: actor.ops.map(operationForm) } : actor);

function operationForm(operation: unknown): unknown {
  if (!isFields(operation) || typeof operation.word !== 'string' || !isFields(operation.parameters)) return operation;
  return Object.keys(operation.parameters).length === 0 ? operation.word : { [operation.word]: operation.parameters };
}

const isFields = (value: unknown): value is Fields => typeof value === 'object' && value !== null && !Array.isArray(value);

const mapped = (fields: Fields, change: (value: unknown) => unknown): Fields =>
  Object.fromEntries(Object.entries(fields).map(([key, value]) => [key, change(value)]));
