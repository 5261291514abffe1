import { cacheLosses } from '@shared/state/cache-tables';
import type { Row } from '@shared/state/dictionary';
import { files, hosts } from '@shared/state/tables';
import { emit } from '../engine/events';
import { mechanism } from '../engine/mechanism';
import { at, every, frame, pagesAt } from '../engine/place';
import { call, done, site } from '../engine/step';
import { kernel } from '../kernel';
import { mapsFrame, UNMAP_TERMS, zapRange } from './address-space';
import { changeWatchedFrames, FRAME_CHANGE, hasWatchedMappings, WATCHED_FRAME_READS } from './change-watched-frames';
import { isMaybePinned } from './folio-counts';
import { CACHE_READS, DETACH_TERMS, detachPages, forEachCached, hasMedium, hostOf, wholeFolios } from './page-cache';
import { entriesOf } from './rmap';
import { writebackFile } from './writeback';

const LOSS_TERMS = every(cacheLosses.pages);

/** A clean folio goes though it is newer than the medium: whoever wrote it told nobody (S3b). */
function noteLoss(file: Row, index: number, pfn: number, pages: number): void {
  if (!hasMedium(file)) return;
  for (let page = 0; page < pages; page++) {
    const tag = hosts.content.at(hostOf(file), pfn + page);
    if (tag === files.medium.at(file, index + page)) continue;
    const loss = cacheLosses.$.row(0);
    cacheLosses.pages.set(loss, cacheLosses.pages.get(loss) + 1);
    cacheLosses.file.set(loss, file);
    cacheLosses.index.set(loss, index + page);
    cacheLosses.tag.set(loss, tag);
  }
}

/** Whether nobody but the cache has the folio, and it may go as it is (mapping_evict_folio(), __remove_mapping()). */
function isDroppable(host: Row, pfn: number): boolean {
  return hosts.refs.at(host, pfn) === 2 ** hosts.order.at(host, pfn) && [hosts.maps, hosts.locked, hosts.writeback, hosts.dirty].every(field => field.at(host, pfn) === 0);
}

/** Calls `visit` for the cached folios of a range; single pages one by one. */
function forEachFolio(file: Row, first: number, end: number, visit: (index: number, pfn: number, pages: number) => void): void {
  const found: [number, number, number][] = [];
  forEachCached(file, ...wholeFolios(file, first, end), (index, pfn, pages) => {
    for (let done = 0; done < pages; done += 2 ** hosts.order.at(hostOf(file), pfn + done)) found.push([index + done, pfn + done, 2 ** hosts.order.at(hostOf(file), pfn + done)]);
  });
  for (const folio of found) visit(...folio);
}

function dropFolio(file: Row, index: number, pfn: number, pages: number): void {
  noteLoss(file, index, pfn, pages);
  detachPages(file, index, index + pages);
}

const F = frame('file', 'first', 'pages');
const write = site(writebackFile, F.file, 0);
const DROP_LOOKS = [...CACHE_READS, pagesAt(files.medium, F.file), ...every(hosts.refs, hosts.maps, hosts.locked, hosts.writeback, hosts.dirty, hosts.content)];

/** posix_fadvise(2) POSIX_FADV_DONTNEED: starts writeback, then drops what is clean, unlocked, not mapped and not held. Always answers 0. */
export const adviseFile = mechanism({
  name: 'fadvise',
  source: 'spec 8.12; mm/fadvise.c generic_fadvise(), mm/truncate.c mapping_try_invalidate() (6.19)',
  frame: F,
  order: 'FV1 FV2',
  steps: {
    FV1: { title: 'start writeback', calls: [write], costNs: () => kernel.costs.syscallNs, run: () => call(write) },
    FV2: {
      title: 'drop the folios that nobody uses', reads: DROP_LOOKS, writes: [...DETACH_TERMS, ...LOSS_TERMS], to: ['done'],
      run: () => {
        const end = F.first.v + F.pages.v;
        forEachFolio(F.file.v, F.first.v, end, (index, pfn, pages) => {
          if (index >= F.first.v && index + pages <= end && isDroppable(hostOf(F.file.v), pfn)) dropFolio(F.file.v, index, pfn, pages);
        });
        return done();
      },
    },
  },
});

const R = frame('file', 'first', 'pages', 'freed', 'host', 'pfn', 'count');
const writeOut = site(writebackFile, R.file, 0);
const pageCount = (): number => R.first.v + R.pages.v;

const tell = site(changeWatchedFrames, R.host, R.pfn, R.count, FRAME_CHANGE.unmap);

/** Names the next folio that goes and that a device may have copied the entries of; false if there is none. */
function findWatched(): boolean {
  R.host.v = hostOf(R.file.v);
  let found = false;
  forEachFolio(R.file.v, R.first.v, pageCount(), (_index, pfn, pages) => {
    if (found || isKept(pfn) || !hasWatchedMappings(pfn, pages, FRAME_CHANGE.unmap)) return;
    found = true;
    [R.pfn.v, R.count.v] = [pfn, pages];
  });
  return found;
}

/** A folio that reclaim may not touch: shipped kernels from 6.4 look for pins first (spec 9.6). */
const isKept = (pfn: number): boolean => kernel.policy.writebackVsPin.reclaimKeepsPinned && isMaybePinned(hostOf(R.file.v), pfn);

/**
 * Memory pressure on the page cache of a file: folios are unmapped, dirty ones written out, clean ones that nobody else has are freed.
 * What is held stays; up to 6.3 it is written out and loses its file-system data first. Answers the pages freed.
 */
export const reclaimFile = mechanism({
  name: 'reclaim',
  source: 'spec 9.6; mm/vmscan.c shrink_folio_list(), folio_referenced_one(), filemap_release_folio() (6.1, 6.19)',
  frame: R,
  order: 'RC1 RC2 RC3',
  steps: {
    RC1: {
      title: 'unmap what may go', reads: [...CACHE_READS, ...WATCHED_FRAME_READS, ...every(hosts.refs, hosts.pins, hosts.owner, hosts.anon)], writes: UNMAP_TERMS, calls: [tell], to: ['RC1'], costNs: () => kernel.costs.unmapNs,
      run: go => {
        if (findWatched()) return call(tell, go.RC1);
        forEachFolio(R.file.v, R.first.v, pageCount(), (index, pfn, pages) => {
          if (isKept(pfn)) {
            emit('folio-kept', R.file.v, index, pages);
            return;
          }
          for (const run of entriesOf(pfn, pages, mapsFrame)) zapRange(run.process, run.vpn, run.pages);
        });
        return undefined;
      },
    },
    RC2: {
      title: 'write out what is dirty', reads: [...CACHE_READS, ...every(hosts.refs, hosts.pins, hosts.dirty)], writes: [at(files.stripped, R.file)], calls: [writeOut], to: ['RC3'],
      run: go => {
        let isDirty = false;
        forEachFolio(R.file.v, R.first.v, pageCount(), (index, pfn, pages) => {
          if (isKept(pfn)) return;
          isDirty ||= hosts.dirty.at(hostOf(R.file.v), pfn) === 1;
          if (!isMaybePinned(hostOf(R.file.v), pfn)) return;
          files.stripped.set(R.file.v, files.stripped.get(R.file.v) + pages);
          emit('folio-stripped', R.file.v, index, pages);
        });
        return isDirty ? call(writeOut) : go.RC3;
      },
    },
    RC3: {
      title: 'free what is clean and has no other user', reads: [...CACHE_READS, pagesAt(files.medium, R.file), ...every(hosts.refs, hosts.maps, hosts.locked, hosts.writeback, hosts.dirty, hosts.content, hosts.pins)],
      writes: [...DETACH_TERMS, ...LOSS_TERMS], to: ['done'],
      run: () => {
        forEachFolio(R.file.v, R.first.v, pageCount(), (index, pfn, pages) => {
          if (isKept(pfn) || !isDroppable(hostOf(R.file.v), pfn)) return;
          dropFolio(R.file.v, index, pfn, pages);
          R.freed.v += pages;
        });
        return done(R.freed.v);
      },
    },
  },
});
