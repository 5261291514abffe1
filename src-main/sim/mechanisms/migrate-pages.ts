import { migrations } from '@shared/state/device-memory-tables';
import type { Row } from '@shared/state/dictionary';
import { hosts, mappings, processes } from '@shared/state/tables';
import { emit } from '../engine/events';
import { mechanism } from '../engine/mechanism';
import { every, frame } from '../engine/place';
import { call, done, site } from '../engine/step';
import { kernel } from '../kernel';
import { entryRun, mapFrames, mapHugeFrames, mappingAt, PTE } from './address-space';
import { USE } from './frames';
import { baseRefs, memoryAt } from './memory-types';
import { isFaultFolio, MIGRATION_TERMS, nextIn, noteStay, pieceFrom, PUT_READS, PUT_TERMS, putSource, putTarget, restore, setStage, STAGE, STAYS, type MigrationPiece } from './migration-records';
import { endInvalidation, END_READS, END_TERMS, invalidateRange, isWatched, WATCH_READS } from './mmu-notifier';
import { removeMigrationEntries, RMAP_READS, RMAP_TERMS } from './rmap';

const T = frame('migration', 'host', 'gpu', 'index', 'process', 'vpn', 'pages', 'told');

const invalidate = site(invalidateRange, T.process, T.vpn, T.pages, T.gpu);

/** folio_expected_ref_count() with the mover's reference: nobody may have anything more (spec 8.3). */
const hasExactCount = (pfn: number): boolean =>
  hosts.refs.at(T.host.v, pfn) === baseRefs(memoryAt(pfn).type) + hosts.maps.at(T.host.v, pfn) + 1 + (isFaultFolio(T.migration.v, pfn) ? 1 : 0);

const vpnAt = (index: number): number => migrations.vpnFirst.get(T.migration.v) + index;

/** migrate_vma_insert_page(): a page that had no source is put where still nothing is. */
function insert({ index, pages, to, isWhole }: MigrationPiece): boolean {
  const process = migrations.process.get(T.migration.v);
  const vpn = vpnAt(index);
  const run = entryRun(process, vpn, vpn + pages);
  if ((run.pte !== PTE.none && run.pte !== PTE.zero) || run.pages < pages) return false;
  const isWritable = mappings.writable.get(mappingAt(process, vpn)) === 1;
  const isPrivate = memoryAt(to).type === 'private';
  const pte = isWritable ? (isPrivate ? PTE.privateWrite : PTE.write) : isPrivate ? PTE.privateRead : PTE.read;
  processes.huge.assign(process, vpn, pages, 0);
  (isWhole ? mapHugeFrames : mapFrames)(process, T.host.v, vpn, to, pages, pte);
  hosts.exclusive.assign(T.host.v, to, pages, 1);
  return true;
}

/** What belongs to the page, not to its frame, goes along. */
function carryOver(host: Row, from: number, to: number, pages: number): void {
  hosts.exclusive.assign(host, to, pages, hosts.exclusive.at(host, from));
  hosts.dirty.assign(host, to, pages, hosts.dirty.at(host, from));
}

/** Why the next page stays; null if it has moved. */
function movePiece(piece: MigrationPiece): number | null {
  if (!piece.hasTarget) return STAYS.noDestination;
  if (piece.stage === STAGE.noSource) return insert(piece) ? null : STAYS.entryChanged;
  if (hosts.use.at(T.host.v, piece.from) === USE.pageCache) return STAYS.fileBacked;
  if (!hasExactCount(piece.from)) return STAYS.countChanged;
  carryOver(T.host.v, piece.from, piece.to, piece.pages);
  return null;
}

function nextPiece(...stages: readonly number[]): MigrationPiece | null {
  const index = nextIn(T.migration.v, T.index.v, ...stages);
  if (index < 0) return null;
  const piece = pieceFrom(T.migration.v, index);
  if (piece.stage === STAGE.noSource) return piece;
  return { ...piece, pages: Math.min(piece.pages, ...[hosts.refs, hosts.maps, hosts.exclusive].map(field => field.runEnd(T.host.v, piece.from) - piece.from)) };
}

/** migrate_vma_pages() and migrate_vma_finalize(): what nobody else holds is at its destination from now on, the rest goes back. Answers pages moved. */
export const migratePages = mechanism({
  name: 'migrate-vma-pages',
  source: 'spec 8.2 GMP, GMF, 8.3; mm/migrate_device.c migrate_vma_pages(), migrate_vma_finalize(), mm/migrate.c folio_migrate_mapping() (6.19)',
  frame: T,
  order: 'GMPn GMP GMF',
  steps: {
    GMPn: {
      title: 'tell who copied the page tables that pages appear', reads: [...MIGRATION_TERMS, ...WATCH_READS], calls: [invalidate],
      run: () => {
        T.process.v = migrations.process.get(T.migration.v);
        [T.vpn.v, T.pages.v] = [vpnAt(0), migrations.pageCount.get(T.migration.v)];
        if (nextIn(T.migration.v, 0, STAGE.noSource) < 0 || T.process.v === 0 || !isWatched(T.process.v)) return;
        T.told.v = 1;
        return call(invalidate);
      },
    },
    GMP: {
      title: 'is one page ours alone? Then its destination is the page now', to: ['GMP', 'GMF'],
      reads: [...MIGRATION_TERMS, ...RMAP_READS, ...END_READS, ...every(hosts.refs, hosts.maps, hosts.use)], writes: [...MIGRATION_TERMS, ...RMAP_TERMS, ...END_TERMS, ...every(hosts.exclusive, hosts.dirty)],
      run: go => {
        const piece = nextPiece(STAGE.unmapped, STAGE.noSource);
        if (piece === null) {
          if (T.told.v === 1) endInvalidation(T.process.v);
          T.index.v = 0;
          return go.GMF;
        }
        const reason = movePiece(piece);
        if (reason === null) setStage(T.migration.v, piece.index, piece.pages, STAGE.moved);
        else noteStay(T.migration.v, piece.index, piece.pages, reason);
        T.index.v = piece.index + piece.pages;
        return go.GMP;
      },
    },
    GMF: {
      title: 'point the entries at one page, unlock and let go', to: ['GMF', 'done'], costNs: () => kernel.costs.migratePageNs,
      reads: [...MIGRATION_TERMS, ...PUT_READS], writes: [...MIGRATION_TERMS, ...PUT_TERMS],
      run: go => {
        const piece = nextPiece(STAGE.unmapped, STAGE.noSource, STAGE.moved);
        if (piece === null) return done(migrations.moved.get(T.migration.v));
        T.index.v = piece.index + piece.pages;
        finalize(piece);
        return go.GMF;
      },
    },
  },
});

function finalize(piece: MigrationPiece): void {
  const { index, pages, from, to, hasTarget } = piece;
  const { v: migration } = T.migration;
  if (piece.stage === STAGE.unmapped) restore(T.host.v, migration, piece);
  if (piece.stage === STAGE.moved) {
    if (migrations.fromDelta.at(migration, index) !== 0) {
      removeMigrationEntries(T.host.v, from, to, pages);
      putSource(T.host.v, migration, from, pages);
    }
    migrations.moved.set(migration, migrations.moved.get(migration) + pages);
    emit('pages-moved', migrations.process.get(migration), vpnAt(index), to, pages);
  }
  if (hasTarget) putTarget(T.host.v, to, pages);
  setStage(migration, index, pages, STAGE.skipped);
}
