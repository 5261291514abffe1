import { PAGE_BYTES } from '@shared/units/pages';
import { parseQuantity } from '@shared/units/quantity';
import type { ByteRange } from '../mechanisms/file-access';
import type { OperationReader } from './operation';

/** Bytes [start, end). */
export interface Bytes {
  readonly start: number;
  readonly end: number;
}

function bytesOf(text: string): number {
  const parsed = parseQuantity(text, 'bytes');
  return parsed.ok ? parsed.value : NaN;
}

/** What an operation names by `range:` in bytes or by `pages:`; `total` bytes where it names neither. */
export function bytesIn(read: OperationReader, total: number): Bytes {
  if (!read.has('range')) {
    const pages = read.pages('pages', Math.ceil(total / PAGE_BYTES));
    return { start: pages.first * PAGE_BYTES, end: (pages.first + pages.count) * PAGE_BYTES };
  }
  const [start, length] = read.text('range').split('+').map(bytesOf);
  if (Number.isFinite(start) && length !== undefined && length > 0) return { start, end: start + length };
  read.fail('range', `"${read.text('range')}" is no range of bytes; expected start+length, such as 64K+4K`);
  return { start: 0, end: PAGE_BYTES };
}

export const rangeText = ({ start, end }: Bytes): string =>
  (start % PAGE_BYTES === 0 && end % PAGE_BYTES === 0 ? `pages ${start / PAGE_BYTES}+${(end - start) / PAGE_BYTES}` : `bytes ${start}+${end - start}`);

export function byteRange({ start, end }: Bytes): ByteRange {
  const first = Math.floor(start / PAGE_BYTES);
  const pages = Math.ceil(end / PAGE_BYTES) - first;
  return { first, pages, head: start - first * PAGE_BYTES, tail: end - (first + pages - 1) * PAGE_BYTES };
}
