import { arena } from '@shared/state/arena';
import type { Row } from '@shared/state/dictionary';
import { runsIn } from '@shared/state/page-runs';
import { hosts, mappings, processes } from '@shared/state/tables';
import { every } from '../engine/place';
import { countEntries, ENTRY_READS, entryRun, isMigrating, mappingAt, mapsFrame, PTE, splitHugeMapping, type EntryRun } from './address-space';
import { afterPut } from './folio-counts';
import { folioAt, PMD_PAGES } from './folios';
import { baseRefs, memoryAt } from './memory-types';

/** What the functions of this file read, and write. */
export const RMAP_READS = [...ENTRY_READS, ...every(mappings.pageCount, mappings.vpnFirst, mappings.writable, mappings.unreadable, hosts.order)];
export const RMAP_TERMS = every(processes.pte, processes.pfnDelta, processes.huge, hosts.maps, hosts.refs, hosts.order, hosts.moving, hosts.locked);

/** Page-table entries of one address space, frames side by side. */
export interface MappedRun extends EntryRun {
  readonly process: Row;
}

/** Entries of all address spaces that name frames of [pfn, pfn + pages), clipped to them, by runs (rmap_walk()). */
export function entriesOf(pfn: number, pages: number, isWanted: (pte: number) => boolean): readonly MappedRun[] {
  const found: MappedRun[] = [];
  for (const process of processes.$.rows(arena)) {
    for (const { first, count } of [...runsIn(arena, process, processes.pte.field)].filter(({ value }) => isWanted(value))) {
      for (let vpn = first; vpn < first + count;) {
        const run = entryRun(process, vpn, first + count);
        const from = Math.max(pfn, run.pfn);
        const to = Math.min(pfn + pages, run.pfn + run.pages);
        if (from < to) found.push({ ...run, process, vpn: vpn + from - run.pfn, pfn: from, pages: to - from });
        vpn += run.pages;
      }
    }
  }
  return found;
}

const writes = (pte: number): boolean => pte === PTE.write || pte === PTE.privateWrite || pte === PTE.migrationWrite || pte === PTE.exclusive;

/** Replaces an entry by a migration entry: the frame is not mapped by it any more (try_to_migrate_one()). */
export function installMigrationEntry(host: Row, process: Row, run: EntryRun): void {
  processes.pte.assign(process, run.vpn, run.pages, writes(run.pte) ? PTE.migrationWrite : PTE.migration);
  countEntries(host, run, -1);
}

/** Replaces whatever maps the frames, in any address space, by migration entries. */
export function unmapEverywhere(host: Row, pfn: number, pages: number): void {
  for (const run of entriesOf(pfn, pages, mapsFrame)) installMigrationEntry(host, run.process, run);
}

/** The entry that a page gets where it arrives: device-private memory is named by a special entry, anything else is mapped. */
function arrived(process: Row, run: EntryRun, pfn: number): number {
  if (memoryAt(pfn).type === 'private') return writes(run.pte) ? PTE.privateWrite : PTE.privateRead;
  if (writes(run.pte)) return PTE.write;
  const mapping = mappingAt(process, run.vpn);
  return mapping !== 0 && mappings.unreadable.get(mapping) === 1 ? PTE.noAccess : PTE.read;
}

/** Turns the migration entries of frames into mappings of where their content is now (remove_migration_ptes()). */
export function removeMigrationEntries(host: Row, from: number, to: number, pages: number): void {
  for (const run of entriesOf(from, pages, isMigrating)) {
    const pfn = run.pfn - from + to;
    const staysHuge = run.isHuge && hosts.order.at(host, pfn) > 0;
    if (run.isHuge && !staysHuge) processes.huge.assign(run.process, run.vpn, run.pages, 0);
    processes.pte.assign(run.process, run.vpn, run.pages, arrived(run.process, run, pfn));
    processes.pfnDelta.assign(run.process, run.vpn, run.pages, pfn - run.vpn);
    countEntries(host, { pfn, pages: run.pages, isHuge: staysHuge }, 1);
  }
}

/**
 * Makes single pages of a large folio (split_folio()). Its references have to be those of its mappings and of the caller, who keeps
 * `ownRefs` on the page given, locked if it was: anything more, a pin above all, and it stays whole. Answers whether it was split.
 */
export function splitFolio(host: Row, pfn: number, ownRefs: number): boolean {
  const { first, pageCount } = folioAt(host, pfn);
  const idle = baseRefs(memoryAt(first).type);
  if (hosts.refs.at(host, first) !== idle + hosts.maps.at(host, first) + ownRefs || hosts.pins.at(host, first) !== 0) return false;
  for (const run of entriesOf(first, pageCount, mapsFrame)) if (run.isHuge) splitHugeMapping(run.process, run.vpn);
  const entries = entriesOf(first, pageCount, mapsFrame);
  const lockedBy = hosts.locked.at(host, first);
  for (const field of [hosts.order, hosts.maps, hosts.locked, hosts.moving]) field.assign(host, first, pageCount, 0);
  hosts.refs.assign(host, first, pageCount, idle);
  for (const run of entries) {
    hosts.maps.add(host, run.pfn, run.pages, 1);
    hosts.refs.add(host, run.pfn, run.pages, 1);
  }
  if (ownRefs > 0) {
    hosts.refs.add(host, pfn, 1, ownRefs);
    hosts.moving.add(host, pfn, 1, ownRefs);
    hosts.locked.assign(host, pfn, 1, lockedBy);
  }
  afterPut(host, first, pageCount);
  return true;
}

/**
 * Makes single pages of a huge folio that is locked, unmapped and held by its mover: each page is held so now. What a fault holds
 * stays on its page.
 */
export function splitUnmapped(host: Row, pfn: number, faultPfn: number): void {
  hosts.order.assign(host, pfn, PMD_PAGES, 0);
  for (const run of entriesOf(pfn, PMD_PAGES, isMigrating)) processes.huge.assign(run.process, run.vpn, run.pages, 0);
  if (faultPfn < pfn || faultPfn >= pfn + PMD_PAGES) return;
  for (const field of [hosts.refs, hosts.moving]) {
    field.add(host, pfn, PMD_PAGES, -1);
    field.add(host, faultPfn, 1, 1);
  }
}
