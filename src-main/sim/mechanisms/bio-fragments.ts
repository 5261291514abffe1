import { bioPages } from '@shared/state/bio-tables';
import type { Row } from '@shared/state/dictionary';
import { holders } from '@shared/state/tables';
import { every } from '../engine/place';
import { dropHold } from './folio-counts';

/** Length of a fragment: a logical block. */
export const FRAGMENT_BYTES = 512;
const FRAGMENT = [bioPages.pfnFirst, bioPages.pageCount, bioPages.firstByte, bioPages.endByte, bioPages.hold];
/** What the functions of this file write, beside dropping a hold. */
export const FRAGMENT_TERMS = every(...FRAGMENT);

/**
 * Adds a fragment to a bio of so many pieces; answers how many it has then. What goes on where the last piece of the same page ends
 * becomes part of it, and its hold is dropped; else it is a piece with a hold of its own (bio_iov_iter_get_pages(), bvec_try_merge_page()).
 */
export function addFragment(op: Row, pieces: number, hold: Row, firstByte: number): number {
  const last = bioPages.$.row(op, Math.max(0, pieces - 1));
  if (pieces > 0 && bioPages.pfnFirst.get(last) === holders.pfnFirst.get(hold) && bioPages.endByte.get(last) === firstByte) {
    bioPages.endByte.set(last, firstByte + FRAGMENT_BYTES);
    dropHold(hold);
    return pieces;
  }
  const piece = bioPages.$.row(op, pieces);
  bioPages.pfnFirst.set(piece, holders.pfnFirst.get(hold));
  bioPages.pageCount.set(piece, 1);
  bioPages.firstByte.set(piece, firstByte);
  bioPages.endByte.set(piece, firstByte + FRAGMENT_BYTES);
  bioPages.hold.set(piece, hold);
  return pieces + 1;
}

export function clearFragments(op: Row, pieces: number): void {
  for (let piece = 0; piece < pieces; piece++) for (const column of FRAGMENT) column.set(bioPages.$.row(op, piece), 0);
}
