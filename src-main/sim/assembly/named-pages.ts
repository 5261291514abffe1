import type { LabOperation, Scalar } from '@shared/lab/lab';
import { PAGE_BYTES } from '@shared/units/pages';
import type { Bytes, Pages } from '../operations/operation';

/** "3+2" or 3: first page and how many. */
function parsePages(text: Scalar): Pages | null {
  const match = /^(\d+)(?:\+(\d+))?$/.exec(String(text));
  if (match === null) return null;
  const count = Number(match[2] ?? 1);
  return count === 0 ? null : { first: Number(match[1]), count };
}

/** "4096+8192": bytes from an offset on, as the pages that they touch; nothing of length 0. */
function parseRange(text: Scalar): Pages | null {
  const match = /^(\d+)\+(\d+)$/.exec(String(text));
  if (match === null) return null;
  const [start, length] = [Number(match[1]), Number(match[2])];
  const first = Math.floor(start / PAGE_BYTES);
  return { first, count: length === 0 ? 0 : Math.ceil((start + length) / PAGE_BYTES) - first };
}

/** Pages an operation names, `total` where it names none or they cannot be read (that is reported when it is resolved). */
export const pageCountOf = (operation: LabOperation, total: number): number => {
  const { pages, range } = operation.parameters;
  if (range !== undefined) return parseRange(range)?.count ?? total;
  return pages === undefined ? total : parsePages(pages)?.count ?? total;
};

/** First page that an operation names, 0 where it names none. */
export const firstPageOf = ({ parameters: { pages, range } }: LabOperation): number =>
  (range === undefined ? (pages === undefined ? null : parsePages(pages)) : parseRange(range))?.first ?? 0;

/** Pages that an operation names in pages or bytes; what cannot be read is reported through `fail` and means the first page. */
export function namedPages({ parameters }: LabOperation, parameter: string, total: number, fail: (parameter: string, message: string) => void): Pages {
  const { range } = parameters;
  const value = parameters[parameter];
  if (range === undefined && value === undefined) return { first: 0, count: Math.max(1, total) };
  const pages = range === undefined ? parsePages(value) : parseRange(range);
  if (pages !== null) return pages;
  if (range === undefined) fail(parameter, `"${value}" is no range of pages; expected first+count, such as 1+2`);
  else fail('range', `"${range}" is no range of bytes; expected start+length, such as 4096+8192`);
  return { first: 0, count: 1 };
}

/** The same in bytes: offset and length. */
export function namedBytes({ parameters }: LabOperation, parameter: string, total: number): { readonly start: number; readonly length: number } {
  const match = /^(\d+)\+(\d+)$/.exec(String(parameters['range'] ?? ''));
  if (match !== null) return { start: Number(match[1]), length: Number(match[2]) };
  const { first, count } = namedPages({ word: '', parameters }, parameter, total, () => { /* namedPages has been asked before, and has reported it */ });
  return { start: first * PAGE_BYTES, length: count * PAGE_BYTES };
}

/** "4096+8192" as it is said, else the pages as bytes; all where neither is said. "null+0" is nothing at address 0. */
export function byteRange({ parameters }: LabOperation, total: number, fail: (parameter: string, message: string) => void): Bytes {
  const { range, pages } = parameters;
  if (range === undefined && pages === undefined) return { first: 0, count: total };
  if (range === 'null+0') return { first: 0, count: 0 };
  const match = /^(\d+)\+(\d+)$/.exec(String(range));
  if (match !== null) return { first: Number(match[1]), count: Number(match[2]) };
  if (range !== undefined) fail('range', `"${range}" is no range of bytes; expected start+length, such as 4096+8192`);
  const named = pages === undefined ? null : parsePages(pages);
  if (range === undefined && named === null) fail('pages', `"${pages}" is no range of pages; expected first+count, such as 1+2`);
  return named === null ? { first: 0, count: PAGE_BYTES } : { first: named.first * PAGE_BYTES, count: named.count * PAGE_BYTES };
}
