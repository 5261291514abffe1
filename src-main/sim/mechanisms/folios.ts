import type { Row } from '@shared/state/dictionary';
import { hosts } from '@shared/state/tables';
import { kernel } from '../kernel';

/** Order of a huge page: 512 pages of 4 KiB (PMD_ORDER). */
export const PMD_ORDER = 9;
export const PMD_PAGES = 2 ** PMD_ORDER;

export const isPmdAligned = (page: number): boolean => page % PMD_PAGES === 0;

/** Frames of one folio. */
export interface FolioFrames {
  readonly first: number;
  readonly pageCount: number;
}

export function folioAt(host: Row, pfn: number): FolioFrames {
  const pageCount = 2 ** hosts.order.at(host, pfn);
  return { first: pfn - (pfn % pageCount), pageCount };
}

/** What pinning a range costs: each small page by itself, each huge folio at one go, however many of its pages are wanted. */
export function pinNs(host: Row, pfn: number, pages: number): number {
  const { gupPageNs, gupFolioNs } = kernel.costs;
  let ns = 0;
  forEachFolioRun(host, pfn, pages, (first, frameCount, touched, isLarge) => {
    ns += isLarge ? (frameCount / 2 ** hosts.order.at(host, first)) * Math.min(gupFolioNs, gupPageNs * touched) : gupPageNs * frameCount;
  });
  return ns;
}

/**
 * Calls `visit` for the folios that [pfn, pfn + pages) touches, in runs: frames to change, and how many touched pages each of their
 * folios has. Whole large folios of one order come as one run; a small page is its own folio.
 */
export function forEachFolioRun(host: Row, pfn: number, pages: number, visit: (first: number, frameCount: number, touched: number, isLarge: boolean) => void): void {
  const end = pfn + pages;
  for (let at = pfn; at < end;) {
    const size = 2 ** hosts.order.at(host, at);
    const alikeEnd = Math.min(end, hosts.order.runEnd(host, at));
    const first = at - (at % size);
    const wholeEnd = alikeEnd - (alikeEnd % size);
    if (first === at && wholeEnd > at) {
      visit(at, wholeEnd - at, size, size > 1);
      at = wholeEnd;
    } else {
      const to = Math.min(alikeEnd, first + size);
      visit(first, size, to - at, true);
      at = to;
    }
  }
}
