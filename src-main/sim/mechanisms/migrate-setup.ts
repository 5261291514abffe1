import { ERRNO } from '@shared/domain/errno';
import type { Row } from '@shared/state/dictionary';
import { files, filesystems, hosts, mappings, processes } from '@shared/state/tables';
import { mechanism } from '../engine/mechanism';
import { every, frame } from '../engine/place';
import { call, done, fail, site } from '../engine/step';
import { kernel } from '../kernel';
import { LOOKUP_READS, mappingAt } from './address-space';
import { changeWatchedFrames, FRAME_CHANGE, hasWatchedMappings, WATCHED_FRAME_READS } from './change-watched-frames';
import { USE } from './frames';
import { collectPiece } from './migrate-collect';
import { MIGRATION_TERMS, nextIn, noteStay, openMigration, pieceFrom, PUT_READS, PUT_TERMS, restore, setStage, STAGE, STAYS, isFaultFolio } from './migration-records';
import { memoryAt } from './memory-types';
import { endInvalidation, END_READS, END_TERMS, invalidateRange, isWatched, WATCH_READS } from './mmu-notifier';
import { RMAP_TERMS, unmapEverywhere } from './rmap';

/** `gpu` is whose device memory is taken, `selects` bits of SELECT; the caller holds mmap_lock shared. */
const T = frame('migration', 'process', 'vpn', 'pages', 'gpu', 'selects', 'faultPfn', 'index', 'mapping');

const invalidate = site(invalidateRange, T.process, T.vpn, T.pages, T.gpu);

/** Special mappings and files whose pages are not the kernel's to move (migrate_vma_setup()). */
function isMovable(mapping: Row): boolean {
  const file = mappings.file.get(mapping);
  if (file === 0) return true;
  return files.dax.get(file) === 0 && !UNMOVABLE_FS.has(filesystems.type.get(files.fs.get(file)));
}
const UNMOVABLE_FS: ReadonlySet<number> = new Set((['hugetlbfs', 'devdax', 'pci-bar'] as const).map(name => filesystems.type.valueOf(name)));

function isAllowed(): boolean {
  T.mapping.v = mappingAt(T.process.v, T.vpn.v);
  const { v: mapping } = T.mapping;
  if (mapping === 0 || T.pages.v <= 0 || mappings.unreadable.get(mapping) === 1 || !isMovable(mapping)) return false;
  if (T.faultPfn.v !== 0 && (memoryAt(T.faultPfn.v).type !== 'private' || hosts.locked.at(processes.host.get(T.process.v), T.faultPfn.v) === 0)) return false;
  return T.vpn.v + T.pages.v <= mappings.vpnFirst.get(mapping) + mappings.pageCount.get(mapping);
}

/**
 * migrate_vma_setup() without its last part: checks, then collects: what can be taken is locked and its entries are migration entries.
 * EINVAL for what cannot be asked for. What is skipped is no error.
 */
export const migrateCollect = mechanism({
  name: 'migrate-vma-collect',
  source: 'spec 8.2 GM0, GMC; mm/migrate_device.c migrate_vma_setup(), migrate_vma_collect_pmd() (6.19)',
  frame: T,
  order: 'GM0 GMC GMCe',
  steps: {
    GM0: {
      title: 'check what is asked for; tell who copied the page tables', to: ['done'], calls: [invalidate],
      reads: [...LOOKUP_READS, ...WATCH_READS, ...every(mappings.file, mappings.unreadable, files.dax, hosts.locked)], writes: MIGRATION_TERMS,
      run: () => {
        if (!isAllowed()) return fail(ERRNO.EINVAL);
        openMigration(T.migration.v, T.process.v, T.vpn.v, T.pages.v, T.faultPfn.v);
        return isWatched(T.process.v) ? call(invalidate) : undefined;
      },
    },
    GMC: {
      title: 'collect: lock one page and replace its entry', costNs: () => kernel.costs.migratePageNs,
      reads: [...PUT_READS, ...every(mappings.file, mappings.huge, hosts.exclusive, hosts.pins)],
      writes: [...MIGRATION_TERMS, ...RMAP_TERMS, ...PUT_TERMS],
      run: () => {
        const of = { migration: T.migration.v, process: T.process.v, mapping: T.mapping.v, vpn: T.vpn.v, pages: T.pages.v, gpu: T.gpu.v, selects: T.selects.v };
        T.index.v += collectPiece(of, T.index.v);
      },
      again: () => T.index.v < T.pages.v,
    },
    GMCe: {
      title: 'the entries have changed', reads: END_READS, writes: END_TERMS, to: ['done'],
      run: () => {
        endInvalidation(T.process.v);
        return done();
      },
    },
  },
});

const M = frame('migration', 'host', 'index', 'pfn', 'pages');

const tell = site(changeWatchedFrames, M.host, M.pfn, M.pages, FRAME_CHANGE.migrate);

/** (refs − extra) > mapcount, with what the kernel lets pass of ZONE_DEVICE pages (spec 8.3). */
function hasStrayReference(pfn: number): boolean {
  const { type } = memoryAt(pfn);
  if (type === 'private' && kernel.policy.knobs.stalePrivateCheck) return false;
  const isCached = hosts.use.at(M.host.v, pfn) === USE.pageCache;
  const extra = 1 + (isFaultFolio(M.migration.v, pfn) ? 1 : 0) + (type === 'private' || type === 'coherent' || isCached ? 1 : 0);
  return hosts.refs.at(M.host.v, pfn) - extra > hosts.maps.at(M.host.v, pfn);
}

/** Pages in the same state from the next collected one on, split where any count changes. */
function nextCollected(): ReturnType<typeof pieceFrom> | null {
  const index = nextIn(M.migration.v, M.index.v, STAGE.collected);
  if (index < 0) return null;
  const piece = pieceFrom(M.migration.v, index);
  const fields = [hosts.refs, hosts.maps, hosts.isolated];
  return { ...piece, pages: Math.min(piece.pages, ...fields.map(field => field.runEnd(M.host.v, piece.from) - piece.from)) };
}

/** Isolates the piece, if it is not device memory, and checks that nobody else has it. Answers why it stays; null if it goes. */
function refusal(pfn: number, pages: number): number | null {
  if (memoryAt(pfn).type === 'normal') {
    if (hosts.isolated.at(M.host.v, pfn) !== 0) return STAYS.notIsolated;
    hosts.isolated.assign(M.host.v, pfn, pages, 1);
  }
  unmapEverywhere(M.host.v, pfn, pages);
  return hasStrayReference(pfn) ? STAYS.referenced : null;
}

/**
 * migrate_device_unmap(): takes what was collected off the LRU and out of every other address space, and puts back what somebody
 * holds. Answers how many pages are stable now, pages without a source included (cpages).
 */
export const migrateUnmap = mechanism({
  name: 'migrate-vma-unmap',
  source: 'spec 8.2 GMU, 8.3; mm/migrate_device.c migrate_device_unmap(), migrate_vma_check_page() (6.19)',
  frame: M,
  order: 'GMUn GMU GMUe',
  steps: {
    GMUn: {
      title: 'tell who else copied the entries of the next page, and unmap it there', reads: [...WATCHED_FRAME_READS, ...MIGRATION_TERMS, ...every(hosts.refs, hosts.maps, hosts.isolated)], calls: [tell], to: ['GMU', 'GMUe', 'GMUn'],
      run: go => {
        const piece = nextCollected();
        if (piece === null) return go.GMUe;
        M.index.v = piece.index;
        if (!hasWatchedMappings(piece.from, piece.pages, FRAME_CHANGE.migrate)) return go.GMU;
        [M.pfn.v, M.pages.v] = [piece.from, piece.pages];
        return call(tell, go.GMUn);
      },
    },
    GMU: {
      title: 'isolate one page, unmap it everywhere, and look who else holds it', to: ['GMUn'], costNs: () => kernel.costs.unmapNs,
      reads: [...PUT_READS, ...every(hosts.exclusive, hosts.use)], writes: [...MIGRATION_TERMS, ...RMAP_TERMS, ...PUT_TERMS],
      run: go => {
        const piece = nextCollected();
        if (piece === null) return go.GMUn;
        const reason = refusal(piece.from, piece.pages);
        if (reason === null) setStage(M.migration.v, piece.index, piece.pages, STAGE.unmapped);
        else {
          restore(M.host.v, M.migration.v, piece);
          noteStay(M.migration.v, piece.index, piece.pages, reason);
        }
        M.index.v = piece.index + piece.pages;
        return go.GMUn;
      },
    },
    GMUe: {
      title: 'answer how many pages are stable', reads: MIGRATION_TERMS, to: ['done'],
      run: () => {
        let stable = 0;
        for (let index = nextIn(M.migration.v, 0, STAGE.unmapped, STAGE.noSource); index >= 0;) {
          const { pages } = pieceFrom(M.migration.v, index);
          stable += pages;
          index = nextIn(M.migration.v, index + pages, STAGE.unmapped, STAGE.noSource);
        }
        return done(stable);
      },
    },
  },
});

