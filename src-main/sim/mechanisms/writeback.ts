import { ERRNO } from '@shared/domain/errno';
import type { Row } from '@shared/state/dictionary';
import { counters, files, filesystems, hosts, operations, processes } from '@shared/state/tables';
import { emit } from '../engine/events';
import { assume } from '../engine/assume';
import { mechanism } from '../engine/mechanism';
import { at, every, frame, pagesAt } from '../engine/place';
import { call, done, fail, site } from '../engine/step';
import { kernel } from '../kernel';
import { PTE } from './address-space';
import { changeWatchedFrames, FRAME_CHANGE, hasWatchedMappings, WATCHED_FRAME_READS } from './change-watched-frames';
import { counterRow, isMaybePinned } from './folio-counts';
import { folioAt } from './folios';
import { LOG_CHANGE_TERMS, logQuietly } from './metadata-log';
import { CACHE_READS, forEachCached, hasMedium, hostOf } from './page-cache';
import { entriesOf, RMAP_TERMS } from './rmap';
import { writtenSize, WRITTEN_READS } from './written-size';

/** `isSync` is fsync(2) or sync(2), which promise that all is on the medium; periodic writeback promises nothing. */
const T = frame('file', 'isSync', 'from', 'index', 'pages', 'pfn', 'host');

const medium = pagesAt(files.medium, T.file);
const durableMedium = pagesAt(files.durableMedium, T.file);
const checksum = pagesAt(files.checksum, T.file);
const host = (): Row => hostOf(T.file.v);
const tell = site(changeWatchedFrames, T.host, T.pfn, T.pages, FRAME_CHANGE.protect);
const variant = (): 'write' | 'skip' | 'write-copy' | 'wait' => kernel.policy.writebackVsPin.onPinned;
const isFree = (field: typeof hosts.locked): boolean => field.find(host(), T.pfn.v, T.pfn.v + T.pages.v, value => value !== 0) < 0;
const isPinned = (): boolean => isMaybePinned(host(), T.pfn.v);

/** Names the next dirty pages from `from` on that are alike: of one large folio, or small ones held alike. */
function findDirty(): boolean {
  let found = false;
  forEachCached(T.file.v, T.from.v, Number.MAX_SAFE_INTEGER, (index, pfn, pages) => {
    if (found) return;
    const dirty = hosts.dirty.find(host(), pfn, pfn + pages, value => value === 1);
    if (dirty < 0) return;
    found = true;
    const { first, pageCount } = folioAt(host(), dirty);
    const ends = [hosts.dirty, hosts.refs, hosts.pins, hosts.order].map(field => field.runEnd(host(), dirty));
    T.pfn.v = pageCount > 1 ? first : dirty;
    T.pages.v = pageCount > 1 ? pageCount : Math.min(pfn + pages, ...ends) - dirty;
    T.index.v = T.pfn.v - pfn + index;
  });
  return found;
}

/** Puts what the frames hold now on the medium. */
function writeMedium(to: typeof medium): void {
  for (let done = 0; done < T.pages.v;) {
    const next = Math.min(T.pages.v, hosts.content.runEnd(host(), T.pfn.v + done) - T.pfn.v);
    to.assign(T.index.v + done, next - done, hosts.content.at(host(), T.pfn.v + done));
    done = next;
  }
}

const LAYOUT = [files.kind, files.medium] as const;
const LOGGED_LAYOUT = [files.durableKind, files.durableMedium] as const;
const LAYOUT_FIELDS = [...LAYOUT, ...LOGGED_LAYOUT];
const endOf = (index: number): number => Math.min(T.index.v + T.pages.v, ...LAYOUT_FIELDS.map(field => field.runEnd(T.file.v, index)));
/** Whether the log on the medium says of a page what is so now: then it is overwritten in place. */
const isLogged = (index: number): boolean => LAYOUT.every((field, nth) => field.at(T.file.v, index) === LOGGED_LAYOUT[nth].at(T.file.v, index));

/** What the drive has of pages that lie where the log says is there after a power failure too; others only once the log has them (fs/iomap/ioend.c). */
function writeThrough(): void {
  const inPlace: (readonly [first: number, end: number])[] = [];
  for (let index = T.index.v; index < T.index.v + T.pages.v; index = endOf(index)) if (isLogged(index)) inPlace.push([index, endOf(index)]);
  writeMedium(medium);
  for (const [first, end] of inPlace) {
    for (let index = first, next = first; index < end; index = next) {
      next = Math.min(end, medium.runEnd(index));
      durableMedium.assign(index, next - index, medium.at(index));
    }
  }
}

/** Whether the log has to learn where the pages that were written lie, or how far the file reaches now. */
function isNews(): boolean {
  for (let index = T.index.v; index < T.index.v + T.pages.v; index = endOf(index)) if (!isLogged(index)) return true;
  return writtenSize(T.file.v) !== files.durableSize.get(T.file.v);
}

/** The end: fsync(2) promises the metadata too. Without a power failure in the lab nothing shows whether it is there. */
const awaitsLog = (): boolean => T.isSync.v === 1 && filesystems.mayLosePower.get(files.fs.get(T.file.v)) === 1;
const isOnMedium = (): boolean => files.metaDirty.get(T.file.v) === 0;

/** Pages whose checksum was made of other content than is on the medium now. */
function badPages(): number {
  let bad = 0;
  for (let page = 0; page < T.pages.v; page++) if (medium.at(T.index.v + page) !== checksum.at(T.index.v + page)) bad += 1;
  return bad;
}

const mediaNs = (): number => kernel.mediaNs(filesystems.drive.get(files.fs.get(T.file.v)));
const CONTENT = every(hosts.content);

/**
 * Writes the dirty folios of a file to its medium. Whether a pin is asked for at all is the policy writeback-vs-pin; shipped kernels
 * do not: a device that writes between WB2 and WB4 leaves a clean folio that is newer than the medium (spec 9.5).
 */
export const writebackFile = mechanism({
  name: 'writeback',
  source: 'spec 9.5 WB2, WB4, 9.6; mm/page-writeback.c write_cache_pages(), folio_clear_dirty_for_io(), folio_end_writeback() (6.19)',
  frame: T,
  order: 'WB0 WB0w WB0b WB2 WB2d WB4 WB4l',
  steps: {
    WB0: {
      title: 'find dirty folios', reads: [...CACHE_READS, ...every(hosts.dirty, hosts.refs, hosts.pins)], writes: every(operations.assumed), to: ['WB0', 'WB0w', 'WB0b', 'WB2', 'WB4l', 'done'], costNs: () => kernel.costs.scanNs,
      run: go => {
        if (!hasMedium(T.file.v)) return done();
        if (!findDirty()) return awaitsLog() ? go.WB4l : done();
        if (!isPinned() || variant() === 'write') return go.WB2;
        if (variant() === 'wait') return go.WB0w;
        if (variant() === 'write-copy') return go.WB0b;
        if (T.isSync.v === 1) {
          // What fsync writes of a pinned folio under skip-pinned nobody has said (spec 12.4): here, what it holds now.
          assume();
          return go.WB2;
        }
        emit('writeback-skipped', T.file.v, T.index.v, T.pages.v);
        T.from.v = T.index.v + T.pages.v;
        return go.WB0;
      },
    },
    WB0w: { title: 'wait until nobody has the folio pinned', when: () => !isPinned(), waitsFor: { kind: 'unpinned', pfn: 'pfn' }, reads: every(hosts.refs, hosts.pins, hosts.order), to: ['WB0'], run: go => go.WB0 },
    WB0b: {
      title: 'write a copy; the folio stays dirty', when: () => isFree(hosts.locked), waitsFor: { kind: 'cache-folio', file: 'file', index: 'index' },
      reads: [...CONTENT, ...every(hosts.locked), ...LAYOUT_FIELDS.map(field => pagesAt(field, T.file)), ...WRITTEN_READS], writes: [medium, durableMedium, checksum, ...LOG_CHANGE_TERMS], to: ['WB0'], costNs: mediaNs,
      run: go => {
        writeMedium(checksum);
        writeThrough();
        if (isNews()) logQuietly(T.file.v);
        counters.bouncedPages.set(counterRow(), counters.bouncedPages.get(counterRow()) + T.pages.v);
        emit('writeback-ended', T.file.v, T.index.v, T.pages.v);
        T.from.v = T.index.v + T.pages.v;
        return go.WB0;
      },
    },
    WB2: {
      title: 'lock, write-protect, clear dirty, set writeback, submit', when: () => isFree(hosts.locked) && isFree(hosts.writeback), waitsFor: { kind: 'cache-folio', file: 'file', index: 'index' },
      reads: [...WATCHED_FRAME_READS, ...CONTENT, ...every(hosts.locked, hosts.anon)], writes: [checksum, ...RMAP_TERMS, ...every(hosts.dirty, hosts.writeback)], calls: [tell], to: ['WB2'], costNs: mediaNs,
      run: go => {
        if (hasWatchedMappings(T.pfn.v, T.pages.v, FRAME_CHANGE.protect)) {
          T.host.v = host();
          return call(tell, go.WB2);
        }
        for (const { process, vpn, pages } of entriesOf(T.pfn.v, T.pages.v, pte => pte === PTE.write)) processes.pte.assign(process, vpn, pages, PTE.read);
        hosts.dirty.assign(host(), T.pfn.v, T.pages.v, 0);
        hosts.writeback.assign(host(), T.pfn.v, T.pages.v, 1);
        writeMedium(checksum);
        emit('writeback-begun', T.file.v, T.index.v, T.pages.v);
        return undefined;
      },
    },
    WB2d: {
      title: 'the drive reads the folio', reads: [...CONTENT, checksum, ...LAYOUT_FIELDS.map(field => pagesAt(field, T.file))], writes: [medium, durableMedium, at(files.badChecksums, T.file)], costNs: () => kernel.costs.unmapNs,
      run: () => {
        writeThrough();
        const bad = files.stable.get(T.file.v) === 1 ? badPages() : 0;
        if (bad === 0) return;
        files.badChecksums.set(T.file.v, files.badChecksums.get(T.file.v) + bad);
        emit('checksum-mismatch', T.file.v, T.index.v, bad);
      },
    },
    WB4: {
      title: 'writeback ends; the log learns where new pages lie', reads: [...LAYOUT_FIELDS.map(field => pagesAt(field, T.file)), ...WRITTEN_READS], writes: [...every(hosts.writeback), ...LOG_CHANGE_TERMS], to: ['WB0'],
      run: go => {
        hosts.writeback.assign(host(), T.pfn.v, T.pages.v, 0);
        if (isNews()) logQuietly(T.file.v);
        emit('writeback-ended', T.file.v, T.index.v, T.pages.v);
        T.from.v = T.index.v + T.pages.v;
        return go.WB0;
      },
    },
    WB4l: {
      title: 'fsync: wait until the log has the metadata', when: () => isOnMedium() || filesystems.shutDown.get(files.fs.get(T.file.v)) === 1, waitsFor: { kind: 'log', file: 'file' },
      reads: [at(files.metaDirty, T.file), ...every(filesystems.shutDown)], to: ['done'], run: () => (isOnMedium() ? done() : fail(ERRNO.EIO)),
    },
  },
});
