import type { Row } from '@shared/state/dictionary';
import { files, hosts, mappings, processes } from '@shared/state/tables';
import { emit } from '../engine/events';
import { mechanism } from '../engine/mechanism';
import { at, every, frame } from '../engine/place';
import { call, done, site } from '../engine/step';
import { kernel } from '../kernel';
import { ENTRY_READS, entryRun, mapsFrame, PTE, UNMAP_TERMS, zapRange } from './address-space';
import { WINDOW_READS, windowsOn, type FileWindow } from './file-windows';
import { endInvalidation, END_READS, END_TERMS, invalidateRange, isWatched, WATCH_READS } from './mmu-notifier';

/** What becomes of the entries that show a file: cleared, with the copies of private mappings or without, or made read-only. */
export const FILE_CHANGE = { unmap: 0, unmapCopiesToo: 1, protect: 2 } as const;

/** More pages than any file has: from a page on, all of them. */
export const ALL_PAGES = 2 ** 30;

/** What {@link hasWatchedEntries} reads. */
export const WATCHED_READS = [...WINDOW_READS, ...ENTRY_READS, ...WATCH_READS, ...every(mappings.shared, hosts.anon)];

/** Whether a window has entries that the change is about. */
function concerns(change: number, { mapping, process, vpn, pages }: FileWindow): boolean {
  if (change === FILE_CHANGE.protect) return mappings.shared.get(mapping) === 1 && processes.pte.find(process, vpn, vpn + pages, pte => pte === PTE.write) >= 0;
  for (let here = vpn; here < vpn + pages;) {
    const run = entryRun(process, here, vpn + pages);
    const isCopy = mapsFrame(run.pte) && hosts.anon.at(processes.host.get(process), run.pfn) !== 0;
    if (run.pte !== PTE.none && (change === FILE_CHANGE.unmapCopiesToo || !isCopy)) return true;
    here += run.pages;
  }
  return false;
}

const nextWindow = (file: Row, first: number, pages: number, change: number): FileWindow | undefined =>
  windowsOn(file, first, first + pages).find(window => isWatched(window.process) && concerns(change, window));

/** Whether somebody has to be told before pages of a file are unmapped or write-protected: a device may have copied the entries. */
export const hasWatchedEntries = (file: Row, first: number, pages: number, change: number): boolean => nextWindow(file, first, pages, change) !== undefined;

/** Makes the entries of a range that allow writes read-only. */
export function writeProtect(process: Row, vpn: number, pages: number): void {
  for (let here = vpn; here < vpn + pages;) {
    const next = Math.min(vpn + pages, processes.pte.runEnd(process, here));
    if (processes.pte.at(process, here) === PTE.write) processes.pte.assign(process, here, next - here, PTE.read);
    here = next;
  }
}

/** `held` says that the caller has i_mmap already. */
const T = frame('file', 'first', 'pages', 'change', 'held', 'process', 'vpn', 'count');

const iMmap = at(files.iMmap, T.file);
const tell = site(invalidateRange, T.process, T.vpn, T.count, 0);

/**
 * The part of unmap_mapping_range() and of write-protection that concerns address spaces which devices watch: mapping by mapping
 * whoever copied the entries is told, then they change. The caller comes again and does the rest in one go.
 */
export const changeWatchedFile = mechanism({
  name: 'change-watched-file',
  source: 'spec 6.7 OI1, 8.9; mm/memory.c unmap_mapping_pages(), zap_page_range_single(), mm/rmap.c page_vma_mkclean_one(), pfn_mkclean_range() (6.19)',
  frame: T,
  order: 'FN0 FN1 FN2 FN3 FN4',
  steps: {
    FN0: { title: 'does the caller hold i_mmap?', to: ['FN1', 'FN2'], run: go => (T.held.v === 1 ? go.FN2 : go.FN1) },
    FN1: { title: 'take i_mmap', takes: iMmap },
    FN2: {
      title: 'tell who copied the entries of the next mapping', reads: WATCHED_READS, calls: [tell], to: ['FN4', 'done'],
      run: go => {
        const window = nextWindow(T.file.v, T.first.v, T.pages.v, T.change.v);
        if (window === undefined) return T.held.v === 1 ? done() : go.FN4;
        [T.process.v, T.vpn.v, T.count.v] = [window.process, window.vpn, window.pages];
        return call(tell);
      },
    },
    FN3: {
      title: 'change the entries', reads: [...ENTRY_READS, ...END_READS, ...every(hosts.owner, hosts.order, hosts.anon)], writes: [...UNMAP_TERMS, ...END_TERMS], forgets: [T.process, T.vpn, T.count], to: ['FN2'],
      costNs: () => kernel.costs.unmapNs,
      run: go => {
        if (T.change.v === FILE_CHANGE.protect) writeProtect(T.process.v, T.vpn.v, T.count.v);
        else emit('range-unmapped', T.process.v, T.vpn.v, zapRange(T.process.v, T.vpn.v, T.count.v, T.change.v === FILE_CHANGE.unmapCopiesToo));
        endInvalidation(T.process.v);
        return go.FN2;
      },
    },
    FN4: { title: 'drop i_mmap', drops: [iMmap], to: ['done'], run: () => done() },
  },
});
