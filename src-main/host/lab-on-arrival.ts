import { type Result, accepted, refused } from '@shared/base/result';
import type { Lab } from '@shared/lab/lab';
import { checkLab } from '@shared/lab/lab-check';
import { type Plain, labFromFile } from '@shared/lab/lab-form';
import { shapedLab } from '@shared/lab/lab-shape';
import { wiringFindings } from '@shared/lab/wiring-check';
import type { Catalogue } from '@shared/protocol/catalogue';
import type { LabProblem } from '../sim/api';

type Fields = Readonly<Record<string, unknown>>;

/** The lab in a message, checked as one in a file is: the engine is never given anything else. */
export function labOnArrival(document: Fields, catalogue: Catalogue): Result<Lab, readonly LabProblem[]> {
  const shaped = shapedLab(fileForm(document));
  if (!shaped.ok) return refused(shaped.refusal);
  const lab = labFromFile(shaped.value.form);
  const errors = checkLab(lab, catalogue).filter(({ severity }) => severity === 'error');
  if (errors.length === 0) errors.push(...wiringFindings(lab.topology, catalogue));
  return errors.length > 0 ? refused(errors) : accepted(lab);
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
