import type { Row } from '@shared/state/dictionary';
import { hosts } from '@shared/state/tables';
import { kernel } from '../kernel';

/** Order of a huge page: 512 pages of 4 KiB (PMD_ORDER). */
export const PMD_ORDER = 9;
export const PMD_PAGES = 2 ** PMD_ORDER;

export const isPmdAligned = (page: number): boolean => page % PMD_PAGES === 0;
/** First page of the 2 MiB that a page is in, and the first behind the 2 MiB that pages up to `end` are in. */
export const pmdFirst = (page: number): number => page - (page % PMD_PAGES);
export const pmdEnd = (end: number): number => Math.ceil(end / PMD_PAGES) * PMD_PAGES;

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
export const pinNs = (host: Row, pfn: number, pages: number): number => countingNs(host, pfn, pages, kernel.costs.gupPageNs, kernel.costs.gupFolioNs);

/** What releasing a range costs. */
export const unpinNs = (host: Row, pfn: number, pages: number): number => countingNs(host, pfn, pages, kernel.costs.unpinPageNs, kernel.costs.unpinFolioNs);

function countingNs(host: Row, pfn: number, pages: number, pageNs: number, folioNs: number): number {
  let ns = 0;
  forEachFolioRun(host, pfn, pages, (first, frameCount, touched, isLarge) => {
    ns += isLarge ? (frameCount / 2 ** hosts.order.at(host, first)) * Math.min(folioNs, pageNs * touched) : pageNs * frameCount;
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

/** Frames that are one folio no longer belong together once no file has an entry for them and nobody holds them (dax_folio_put()). */
export function splitIdleFolios(host: Row, pfn: number, pages: number): void {
  for (let at = pfn; at < pfn + pages;) {
    const { first, pageCount } = folioAt(host, at);
    const end = pageCount === 1 ? hosts.order.runEnd(host, at) : first + pageCount;
    const isIdle = hosts.refs.at(host, at) === kernel.policy.zoneDeviceRefcount.idleRefs;
    if (pageCount > 1 && isIdle && hosts.mapping.find(host, first, end, mapping => mapping !== 0) < 0) hosts.order.assign(host, first, pageCount, 0);
    at = end;
  }
}
