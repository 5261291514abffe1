import type { Row } from '@shared/state/dictionary';
import { regions } from '@shared/state/rdma-tables';
import { hosts, processes } from '@shared/state/tables';
import { PAGE_BYTES } from '@shared/units/pages';
import { every } from '../engine/place';
import { machine } from '../engine/machine';
import { contentAt } from './contents';
import { ACCESS_READS, noteAccess } from './device-access';
import { NIC_ENTRY, NIC_TERMS, PIN_READS, pinOn, translated } from './nic-table';

/** Messages up to so many pages travel page by page; longer ones by runs of equal pages (spec 13). */
const PAGES_ONE_BY_ONE = 8;

/** A piece of a message: where it lies in a registration, and how long it is. */
export interface Piece {
  readonly page: number;
  readonly firstByte: number;
  readonly bytes: number;
  readonly pfn: number;
  readonly entry: number;
}

const hostOf = (mr: Row): Row => processes.host.get(regions.process.get(mr));

/**
 * The next piece of `left` bytes of a message of `total`, from byte `at` of a registration on: never more than what one page-table
 * run and one content fill. The first page of a long message goes alone, so that a half-done message exists.
 */
export function pieceAt(mr: Row, at: number, left: number, total: number, isFirst: boolean): Piece {
  const offset = regions.startByte.get(mr) + at;
  const page = Math.floor(offset / PAGE_BYTES);
  const firstByte = offset % PAGE_BYTES;
  const { entry, pfn, left: run } = translated(mr, page);
  const isLong = total > PAGES_ONE_BY_ONE * PAGE_BYTES && !isFirst && firstByte === 0 && left >= PAGE_BYTES;
  const same = pfn < 0 ? run : Math.min(run, hosts.content.runEnd(hostOf(mr), pfn) - pfn);
  const bytes = isLong ? Math.min(same, Math.floor(left / PAGE_BYTES)) * PAGE_BYTES : Math.min(left, PAGE_BYTES - firstByte);
  return { page, firstByte, bytes, pfn, entry };
}

export const PIECE_READS = [...NIC_TERMS, ...every(regions.pageCount, hosts.content)];
export const DMA_READS = [...PIECE_READS, ...PIN_READS, ...ACCESS_READS];

const pagesOf = ({ bytes }: Piece): number => Math.max(1, Math.ceil(bytes / PAGE_BYTES));

/** Whether the NIC may do to a page what it is about to; where it may not, it has to take a page fault. */
export const isMapped = ({ entry }: Piece, writes: boolean): boolean => entry === NIC_ENTRY.write || (!writes && entry !== NIC_ENTRY.none);

/** The NIC reads a piece. Answers its content. */
export function readPiece(mr: Row, piece: Piece): number {
  if (piece.pfn < 0) return 0;
  noteAccess(machine.self, pinOn(mr, piece.pfn), piece.pfn, pagesOf(piece), false, 0);
  return contentAt(hostOf(mr), piece.pfn, piece.firstByte);
}

/** The NIC writes `tag` into a piece. */
export function writePiece(mr: Row, piece: Piece, tag: number): void {
  noteAccess(machine.self, pinOn(mr, piece.pfn), piece.pfn, pagesOf(piece), true, tag, { firstByte: piece.firstByte, endByte: piece.firstByte + Math.min(piece.bytes, PAGE_BYTES) });
}
