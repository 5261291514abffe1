import type { Row } from '@shared/state/dictionary';
import { ERRNO } from '@shared/domain/errno';
import { counters, files, filesystems, hosts, mappings, processes } from '@shared/state/tables';
import { emit } from '../engine/events';
import { every } from '../engine/place';
import { mapFrames, PTE, UNMAP_FILE_READS, UNMAP_TERMS, zapRange } from './address-space';
import { KIND } from './allocate-blocks';
import { CONTENT_TERMS, copyContent, noteRead, READ_TERMS, zeroPages } from './contents';
import { FILE_CHANGE, hasWatchedEntries, WATCHED_READS } from './change-watched-file';
import { windowsOn } from './file-windows';
import { counterRow } from './folio-counts';
import { ALLOCATE_TERMS, allocateAnonymous, freeFrames } from './frames';

/** Values of `files.entry`. */
export const ENTRY = { none: 0, real: 1, zero: 2, empty: 3 } as const;
/** Values of `files.tag`. */
export const TAG = { clean: 0, dirty: 1, toWrite: 2 } as const;

/** A fault on pages of a DAX file, as the mapping asks for them. */
export interface DaxAccess {
  readonly process: Row;
  readonly mapping: Row;
  readonly file: Row;
  readonly vpn: number;
  readonly index: number;
  readonly pages: number;
  readonly isWrite: boolean;
}

export const isCopyOf = ({ isWrite, mapping }: Pick<DaxAccess, 'isWrite' | 'mapping'>): boolean => isWrite && mappings.shared.get(mapping) === 0;

/** Pages that share extent kind, block run and entry with the first: what one pass over the range may stand for. */
export const alikePages = (file: Row, index: number, end: number): number =>
  Math.min(end, files.kind.runEnd(file, index), files.blockDelta.runEnd(file, index), files.entry.runEnd(file, index), files.entryHuge.runEnd(file, index)) - index;

/** A copy in a read-only mapping is the page that a forced write asks for. */
function isOwnCopy(access: DaxAccess, pte: number, vpn: number): boolean {
  return pte === PTE.read && isCopyOf(access) && hosts.anon.at(processes.host.get(access.process), vpn + processes.pfnDelta.at(access.process, vpn)) > 0;
}

/**
 * Calls `visit` for the pages of [index, index + pages) that the fault still has to map. Where a page-table entry allows the
 * access already, another thread was first and its page stays (finish_fault(), insert_page_into_pte_locked()).
 */
function forEachUnmapped(access: DaxAccess, index: number, pages: number, visit: (index: number, vpn: number, pages: number) => void): void {
  const { process } = access;
  for (let at = index; at < index + pages;) {
    const vpn = access.vpn + at - access.index;
    const pte = processes.pte.at(process, vpn);
    const next = Math.min(index + pages, at + Math.min(processes.pte.runEnd(process, vpn), processes.pfnDelta.runEnd(process, vpn)) - vpn);
    if (pte === PTE.none || (pte !== PTE.write && access.isWrite && !isOwnCopy(access, pte, vpn))) visit(at, vpn, next - at);
    at = next;
  }
}

/** Readers of a hole share the zero page until somebody writes. */
export function mapZeroPage(access: DaxAccess, index: number, pages: number): void {
  files.entry.assign(access.file, index, pages, ENTRY.zero);
  forEachUnmapped(access, index, pages, (_index, vpn, count) => { processes.pte.assign(access.process, vpn, count, PTE.zero); });
}

/** Whether a block takes the place of the zero page where a device may have copied the entries of that: it is told first. */
export const replacesWatchedZero = ({ file }: DaxAccess, index: number, pages: number): boolean =>
  files.entry.at(file, index) === ENTRY.zero && hasWatchedEntries(file, index, pages, FILE_CHANGE.unmap);

/** The entry names the block’s frame; whoever mapped the zero page instead looks again. */
export function setEntry({ file, process }: DaxAccess, index: number, pages: number): void {
  const before = files.entry.at(file, index);
  if (before === ENTRY.real) return;
  if (before === ENTRY.zero) unmapZeroPages(file, index, pages);
  files.entry.assign(file, index, pages, ENTRY.real);
  associate(processes.host.get(process), files.nth.get(file), index + files.blockDelta.at(file, index), pages);
}

/** dax_associate_entry(): a frame has a mapping, or a number of entries that share it once its block is shared. */
function associate(host: Row, nth: number, pfn: number, pages: number): void {
  for (let at = pfn; at < pfn + pages;) {
    const next = Math.min(pfn + pages, ...[hosts.sharers, hosts.share, hosts.mapping].map(field => field.runEnd(host, at)));
    if (hosts.sharers.at(host, at) === 0 && hosts.share.at(host, at) === 0) hosts.mapping.assign(host, at, next - at, nth);
    else {
      // The entry that was there alone is the first of those that share.
      if (hosts.mapping.at(host, at) !== 0) hosts.share.assign(host, at, next - at, 1);
      if (hosts.mapping.at(host, at) !== 0) hosts.mapping.assign(host, at, next - at, 0);
      hosts.share.add(host, at, next - at, 1);
    }
    at = next;
  }
}

/** What {@link disassociate} writes. */
export const DISASSOCIATE_TERMS = every(hosts.mapping, hosts.share);

/** dax_disassociate_entry(): one entry for these frames less. */
export function disassociate(host: Row, pfn: number, pages: number): void {
  for (let at = pfn; at < pfn + pages;) {
    const next = Math.min(pfn + pages, hosts.share.runEnd(host, at));
    if (hosts.share.at(host, at) > 0) hosts.share.add(host, at, next - at, -1);
    else hosts.mapping.assign(host, at, next - at, 0);
    at = next;
  }
}

/** Page-table entries point at the block’s frame. */
export function mapBlock(access: DaxAccess, index: number, pages: number): void {
  const { process, file, isWrite } = access;
  const host = processes.host.get(process);
  const pfn = index + files.blockDelta.at(file, index);
  forEachUnmapped(access, index, pages, (at, vpn, count) => {
    const first = pfn + at - index;
    zapRange(process, vpn, count);
    mapFrames(process, host, vpn, first, count, isWrite ? PTE.write : PTE.read);
    emit('page-faulted', process, vpn, first, isWrite ? 1 : 0);
  });
}

/**
 * COW of a private mapping: the block is copied into fresh anonymous memory; no entry keeps the copy (spec 3.4). Answers ENOMEM if
 * there is no frame for the first page. What is mapped already stays: the caller asks again for the rest.
 */
export function mapCopies(access: DaxAccess, index: number, pages: number): number {
  const { process, file, mapping } = access;
  const host = processes.host.get(process);
  const isWritten = files.kind.at(file, index) === KIND.written;
  const delta = files.blockDelta.at(file, index);
  const rights = mappings.writable.get(mapping) === 1 ? PTE.write : PTE.read;
  let errno = 0;
  forEachUnmapped(access, index, pages, (first, vpnFirst, count) => {
    for (let at = first; at < first + count;) {
      const free = freeFrames(host, { pagesMax: first + count - at });
      if (free === null) {
        if (at === access.index) errno = ERRNO.ENOMEM;
        return;
      }
      const vpn = vpnFirst + at - first;
      zapRange(process, vpn, free.pages);
      allocateAnonymous(host, free, 0, processes.nth.get(process));
      if (isWritten) {
        noteRead(host, at + delta, free.pages);
        copyContent(host, at + delta, free.pfn, free.pages);
      }
      mapFrames(process, host, vpn, free.pfn, free.pages, rights);
      emit('page-faulted', process, vpn, free.pfn, 1);
      at += free.pages;
    }
  });
  return errno;
}

/** Zeroes the unwritten blocks of [first, end). */
export function zeroUnwritten(file: Row, first: number, end: number): void {
  const host = filesystems.host.get(files.fs.get(file));
  for (let index = first; index < end; index = Math.min(files.kind.runEnd(file, index), files.blockDelta.runEnd(file, index))) {
    if (files.kind.at(file, index) !== KIND.unwritten) continue;
    const pages = Math.min(end, files.kind.runEnd(file, index), files.blockDelta.runEnd(file, index)) - index;
    zeroPages(host, index + files.blockDelta.at(file, index), pages);
    counters.zeroedPages.set(counterRow(), counters.zeroedPages.get(counterRow()) + pages);
  }
}

/** Everybody who mapped the zero page instead looks again (spec 3.4 E7). */
export function unmapZeroPages(file: Row, index: number, pages: number): void {
  for (const { process, vpn, pages: count } of windowsOn(file, index, index + pages)) zapRange(process, vpn, count, false);
}

/** What mapping pages of a DAX file reads and writes. */
export const MAP_READS = [...UNMAP_FILE_READS, ...WATCHED_READS, ...every(hosts.sharers)];
export const MAP_TERMS = [...DISASSOCIATE_TERMS, ...UNMAP_TERMS, ...ALLOCATE_TERMS, ...CONTENT_TERMS, ...READ_TERMS];
