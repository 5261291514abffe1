import { arena } from '@shared/state/arena';
import { bioPages } from '@shared/state/bio-tables';
import type { Row } from '@shared/state/dictionary';
import { holders, hosts, requests } from '@shared/state/tables';
import { PAGE_BYTES } from '@shared/units/pages';
import { every } from '../engine/place';
import { kernel } from '../kernel';
import type { HoldKind } from '../policies/policy';
import { DROP_READS, DROP_TERMS, dropHold, dropUnheld } from './folio-counts';
import { loseWakeup, WAKEUP_TERMS } from './lost-wakeup';

/** What the functions of this file read, beyond what dropping reads. */
export const BIO_READS = [
  ...every(requests.says, requests.endIo, holders.pfnFirst, holders.pageCount),
  ...every(bioPages.origin, bioPages.pfnFirst, bioPages.pageCount, bioPages.firstByte, bioPages.endByte, bioPages.hold),
];
/** What {@link endPiece} reads and writes. */
export const END_READS = [...BIO_READS, ...DROP_READS];
export const END_TERMS = [...DROP_TERMS, ...WAKEUP_TERMS, ...every(hosts.writeback)];

/** Values of `bioPages.origin`. */
export const ORIGIN = { user: 0, zero: 1, cache: 2, kernel: 3, transferred: 4 } as const;

/** A stretch of frames in a bio. */
export interface BioPiece {
  readonly host: Row;
  readonly pfn: number;
  readonly pages: number;
  readonly origin: number;
  /** What end_io is there to release; 0 is nothing. */
  readonly hold: Row;
  /** Bytes of each page. */
  readonly firstByte: number;
  readonly endByte: number;
}

/** The entry of a piece; 0 where it has none and is a hold of the user buffer. */
function entryOf(op: Row, piece: number): Row {
  const row = arena.dictionary.rowOf(bioPages.$.id, [op, piece]) ?? 0;
  return row !== 0 && bioPages.pageCount.get(row) > 0 ? row : 0;
}

/** A piece of the bio of a request, from 0. */
export function pieceAt(request: Row, piece: number): BioPiece {
  const op = requests.op.get(request);
  const entry = entryOf(op, piece);
  if (entry === 0) {
    const hold = holders.$.row(op, piece);
    return { host: holders.host.get(hold), pfn: holders.pfnFirst.get(hold), pages: holders.pageCount.get(hold), origin: ORIGIN.user, hold, firstByte: 0, endByte: PAGE_BYTES };
  }
  return {
    host: hosts.$.row(0), pfn: bioPages.pfnFirst.get(entry), pages: bioPages.pageCount.get(entry), origin: bioPages.origin.get(entry), hold: bioPages.hold.get(entry),
    firstByte: bioPages.firstByte.get(entry), endByte: bioPages.endByte.get(entry) === 0 ? PAGE_BYTES : bioPages.endByte.get(entry),
  };
}

/** By `requests.endIo`, from 1: what a completion that gets it wrong takes every page for. */
const RELEASED_AS: readonly (HoldKind | null)[] = ['get', 'pin', null, 'pin'];
const TWICE = requests.endIo.valueOf('unpin, twice');

/** What end_io releases the pages of a bio as; null touches none. It cannot tell one page from another (spec 9.3). */
function releasedAs(request: Row): HoldKind | null {
  const wrong = requests.endIo.get(request);
  if (wrong !== 0) return RELEASED_AS[wrong - 1];
  const saysGup = requests.says.get(request) === requests.says.valueOf('gup');
  switch (kernel.policy.bioCompletion.releases) {
    case 'put-all': return 'get';
    case 'by-end-io': return saysGup ? 'pin' : 'get';
    case 'unpin-all': return 'pin';
    case 'by-bio-flag': return saysGup ? 'pin' : null;
  }
}

/** end_io of one piece: releases it as the policy has it. A page of the page cache is no longer under writeback. */
export function endPiece(request: Row, nth: number): void {
  const { host, pfn, pages, origin, hold } = pieceAt(request, nth);
  const as = releasedAs(request);
  if (origin === ORIGIN.cache) hosts.writeback.assign(host, pfn, pages, 0);
  if (hold !== 0) dropHold(hold, as);
  else if (as !== null) dropUnheld(host, pfn, pages, as);
  if (as !== null && requests.endIo.get(request) === TWICE) dropUnheld(host, pfn, pages, as);
  loseWakeup(host, pfn, pages);
}
