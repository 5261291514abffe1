import { migrations } from '@shared/state/device-memory-tables';
import type { Row } from '@shared/state/dictionary';
import { hosts, mappings, processes } from '@shared/state/tables';
import { emit } from '../engine/events';
import { entryRun, mapsFrame, PTE, type EntryRun } from './address-space';
import { gpuOfFrame } from './device-memory';
import { isMaybePinned } from './folio-counts';
import { isPmdAligned, PMD_PAGES } from './folios';
import { memoryAt } from './memory-types';
import { isFaultFolio, noteStay, SELECT, setStage, STAGE, STAYS, takeSource } from './migration-records';
import { pieceOf } from './pieces';
import { installMigrationEntry, splitFolio } from './rmap';

/** What one step of the collection is about. */
export interface Collection {
  readonly migration: Row;
  readonly process: Row;
  readonly mapping: Row;
  readonly vpn: number;
  readonly pages: number;
  /** Whose device memory is taken. */
  readonly gpu: Row;
  /** Bits of SELECT. */
  readonly selects: number;
}

const hostOf = ({ process }: Collection): Row => processes.host.get(process);
const wants = ({ selects }: Collection, bit: number): boolean => (selects & bit) !== 0;

/** Whether the migration is about pages of this kind, and why not. */
function refused(of: Collection, { pte, pfn }: EntryRun): number | null {
  if (!mapsFrame(pte) || pte === PTE.exclusive) return STAYS.foreign;
  switch (memoryAt(pfn).type) {
    case 'normal': return wants(of, SELECT.system) ? null : STAYS.notSelected;
    case 'private':
      if (gpuOfFrame(pfn) !== of.gpu) return STAYS.foreign;
      return wants(of, SELECT.private) ? null : STAYS.notSelected;
    case 'coherent': return wants(of, SELECT.coherent) && gpuOfFrame(pfn) === of.gpu ? null : STAYS.notSelected;
    default: return STAYS.foreign;
  }
}

/**
 * Collects the piece of the range that begins at `index` (migrate_vma_collect_pmd()): locks its folios, if nobody has them locked,
 * and replaces their entries by migration entries, unless somebody may have pinned them. Answers the pages done; 0 where a huge page
 * was split and has to be looked at again.
 */
export function collectPiece(of: Collection, index: number): number {
  const end = of.vpn + of.pages;
  const run = entryRun(of.process, of.vpn + index, end);
  const left = of.pages - index;
  if (run.pte === PTE.none || run.pte === PTE.zero) return collectHole(of, index, run);
  const reason = refused(of, run);
  if (reason !== null) return stays(of, index, pieceOf(of.pages, left, run.pages), reason);
  const host = hostOf(of);
  if (hosts.order.at(host, run.pfn) > 0) {
    const isWhole = wants(of, SELECT.compound) && run.isHuge && isPmdAligned(run.vpn) && run.pages >= PMD_PAGES;
    return isWhole ? collectFolios(of, index, { ...run, pages: PMD_PAGES }, true) : splitFirst(of, index, run);
  }
  const fields = [hosts.locked, hosts.refs, hosts.pins, hosts.exclusive, hosts.order];
  const pages = pieceOf(of.pages, left, run.pages, ...fields.map(field => field.runEnd(host, run.pfn) - run.pfn));
  return collectFolios(of, index, { ...run, pages }, false);
}

function stays({ migration }: Collection, index: number, pages: number, reason: number): number {
  noteStay(migration, index, pages, reason);
  return pages;
}

/** Nothing there, or the zero page: in anonymous memory the device may have a page of its own, zeroed. */
function collectHole(of: Collection, index: number, run: EntryRun): number {
  const left = of.pages - index;
  const isHuge = wants(of, SELECT.compound) && mappings.huge.get(of.mapping) === 1 && isPmdAligned(run.vpn) && run.pages >= PMD_PAGES;
  const pages = isHuge ? PMD_PAGES : pieceOf(of.pages, left, run.pages);
  if (mappings.file.get(of.mapping) !== 0 || !wants(of, SELECT.system)) return stays(of, index, pages, STAYS.hole);
  setStage(of.migration, index, pages, STAGE.noSource);
  if (isHuge) migrations.whole.assign(of.migration, index, pages, 1);
  return pages;
}

/** A huge page that does not move whole becomes single pages first; if it cannot, it stays. */
function splitFirst(of: Collection, index: number, run: EntryRun): number {
  const host = hostOf(of);
  const size = 2 ** hosts.order.at(host, run.pfn);
  const rest = Math.min(run.pages, size - (run.pfn % size));
  if (hosts.locked.at(host, run.pfn) !== 0 && !isFaultFolio(of.migration, run.pfn)) return stays(of, index, rest, STAYS.locked);
  if (!splitFolio(host, run.pfn, isFaultFolio(of.migration, run.pfn) ? 1 : 0)) return stays(of, index, rest, STAYS.notSplit);
  emit('folio-split', run.pfn - (run.pfn % size), size);
  return 0;
}

function collectFolios(of: Collection, index: number, run: EntryRun, isWhole: boolean): number {
  const host = hostOf(of);
  const { pfn, pages } = run;
  if (hosts.locked.at(host, pfn) !== 0 && !isFaultFolio(of.migration, pfn)) return stays(of, index, pages, STAYS.locked);
  takeSource(host, pfn, pages);
  if (hosts.exclusive.at(host, pfn) === 1 && isMaybePinned(host, pfn)) {
    hosts.locked.assign(host, pfn, pages, isFaultFolio(of.migration, pfn) ? hosts.locked.at(host, pfn) : 0);
    hosts.refs.add(host, pfn, pages, -1);
    hosts.moving.add(host, pfn, pages, -1);
    return stays(of, index, pages, STAYS.pinned);
  }
  installMigrationEntry(host, of.process, run);
  setStage(of.migration, index, pages, STAGE.collected);
  migrations.fromDelta.assign(of.migration, index, pages, pfn - index);
  if (isWhole) migrations.whole.assign(of.migration, index, pages, 1);
  emit('page-collected', of.process, run.vpn, pages);
  return pages;
}
