import { accepted, refused, type Result } from '@shared/base/result';
import type { Scalar } from '@shared/lab/lab';
import { scalarProblem, showAmount, showRange } from '@shared/lab/scalar-text';
import type { Parameter } from '@shared/protocol/parameter';

/**
 * Reads what was typed into the field of a parameter. An empty field means "not given", which an optional parameter may be.
 * `references` are the names that a reference may take. Refuses with what is wrong and what was expected.
 */
export function readParameter(parameter: Parameter, typed: string, references: readonly string[]): Result<Scalar | undefined, string> {
  const text = typed.trim();
  const { type } = parameter;
  if (text === '') return parameter.required ? refused(`${parameter.title} is needed`) : accepted(undefined);
  if (type.kind === 'reference') return references.includes(text) ? accepted(text) : refused(`there is no ${type.to} "${text}"`);
  const problem = scalarProblem(text, type);
  if (problem !== null) return refused(`"${text}": ${problem}`);
  if (type.kind === 'flag') return accepted(text === 'true');
  // The file keeps what was written: "64 GiB" says more than 68719476736.
  return accepted(type.kind === 'quantity' && /^\d+$/.test(text) ? Number(text) : text);
}

/** "4 KiB to 16 TiB", "FIRST+COUNT", "" where anything goes. */
export function rangeText({ type }: Parameter): string {
  if (type.kind === 'quantity') return showRange(type);
  return type.kind === 'pages' ? 'FIRST+COUNT' : '';
}

/** What holds where nothing is given; null if nothing does. */
export function defaultText({ type }: Parameter): string | null {
  switch (type.kind) {
    case 'quantity': return type.default === undefined ? null : showAmount(type.default, type.dimension);
    case 'choice':
    case 'text': return type.default ?? null;
    case 'flag': return type.default ? 'yes' : 'no';
    case 'pages':
    case 'reference':
    case 'files': return null;
  }
}
