import { nearest } from '../base/nearest';
import type { ParameterType } from '../protocol/parameter';
import { parseQuantity, type Dimension } from '../units/quantity';
import { showBytes, showCount, showNs, showRate } from '../units/show';
import type { Scalar } from './lab';

/** What is wrong with `value` as a parameter of this type, or null. What a reference names is checked where the names are known. */
export function scalarProblem(value: Scalar, type: ParameterType): string | null {
  switch (type.kind) {
    case 'quantity': return quantityProblem(value, type);
    case 'choice': {
      if (type.values.includes(String(value))) return null;
      const near = nearest(String(value), type.values);
      return `expected one of ${type.values.join(', ')}${near === null ? '' : ` (did you mean ${near}?)`}`;
    }
    case 'flag': return typeof value === 'boolean' || value === 'true' || value === 'false' ? null : 'expected true or false';
    case 'pages': return pagesProblem(value);
    case 'text': return typeof value === 'string' || typeof value === 'number' ? null : 'expected a text';
    case 'reference': return typeof value === 'string' ? null : `expected the name of ${withArticle(type.to)}`;
    case 'files': return 'expected files by name, each with a size';
  }
}

function quantityProblem(value: Scalar, type: Extract<ParameterType, { kind: 'quantity' }>): string | null {
  if (typeof value === 'boolean') return 'expected a number';
  const number = parseQuantity(value, type.dimension);
  if (!number.ok) return number.refusal;
  if (number.value >= type.min && number.value <= type.max) return null;
  return `out of range; expected ${showRange(type)}`;
}

/** "an actor", "a file". */
export const withArticle = (noun: string): string => `${/^([aeiou]|mr$|nvme|rdma)/.test(noun) ? 'an' : 'a'} ${noun}`;

/** "4 KiB to 16 TiB", "at least 1". */
export function showRange({ dimension, min, max }: { readonly dimension: Dimension; readonly min: number; readonly max: number }): string {
  return max >= Number.MAX_SAFE_INTEGER ? `at least ${showAmount(min, dimension)}` : `${showAmount(min, dimension)} to ${showAmount(max, dimension)}`;
}

export function showAmount(value: number, dimension: Dimension): string {
  switch (dimension) {
    case 'bytes': return showBytes(value);
    case 'ns': return showNs(value);
    case 'rate': return showRate(value);
    case 'count': return showCount(value);
  }
}

function pagesProblem(value: Scalar): string | null {
  const match = /^(\d+)(?:\+(\d+))?$/.exec(String(value));
  if (match === null || typeof value === 'boolean') return 'expected pages as FIRST+COUNT, for example 0+4';
  return Number(match[2] ?? 1) >= 1 ? null : 'expected at least one page, for example 0+1';
}
