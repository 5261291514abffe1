import type { Brand } from '../base/brand';

/** Index of a 4 KiB physical frame. */
export type Pfn = Brand<number, 'pfn'>;
/** How many 4 KiB pages. */
export type PageCount = Brand<number, 'pages'>;
export type Bytes = Brand<number, 'bytes'>;

/** Spec 0.5: base pages are 4 KiB. */
export const PAGE_BYTES = 4096;
/** Spec 0.5: one PMD maps 512 base pages. */
export const PMD_PAGES = 512;

/** Pages [first, first + count). An empty range is not a range: `count` is at least 1. */
export interface PageRange {
  readonly first: number;
  readonly count: number;
}

export const pagesOf = (bytes: number): PageCount => Math.ceil(bytes / PAGE_BYTES) as PageCount;
export const endOf = (range: PageRange): number => range.first + range.count;
export const overlaps = (a: PageRange, b: PageRange): boolean => a.first < endOf(b) && b.first < endOf(a);
