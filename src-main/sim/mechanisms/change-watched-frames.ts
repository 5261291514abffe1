import { every, frame } from '../engine/place';
import { hosts, processes } from '@shared/state/tables';
import { mechanism } from '../engine/mechanism';
import { call, done, site } from '../engine/step';
import { kernel } from '../kernel';
import { mapsFrame, PTE, UNMAP_TERMS, zapRange } from './address-space';
import { endInvalidation, END_READS, END_TERMS, invalidateRange, isWatched, WATCH_READS } from './mmu-notifier';
import { entriesOf, installMigrationEntry, RMAP_READS, RMAP_TERMS, type MappedRun } from './rmap';

/** What becomes of the entries that map frames: migration entries, nothing, or read-only. */
export const FRAME_CHANGE = { migrate: 0, unmap: 1, protect: 2 } as const;

/** What {@link hasWatchedMappings} reads. */
export const WATCHED_FRAME_READS = [...RMAP_READS, ...WATCH_READS];

const concerned = (change: number) => (pte: number): boolean => (change === FRAME_CHANGE.protect ? pte === PTE.write : mapsFrame(pte));

const nextEntry = (pfn: number, pages: number, change: number): MappedRun | undefined => entriesOf(pfn, pages, concerned(change)).find(({ process }) => isWatched(process));

/** Whether somebody has to be told before entries that map frames change: a device may have copied them. */
export const hasWatchedMappings = (pfn: number, pages: number, change: number): boolean => nextEntry(pfn, pages, change) !== undefined;

const T = frame('host', 'pfn', 'pages', 'change', 'process', 'vpn', 'count');

const tell = site(invalidateRange, T.process, T.vpn, T.count, 0);

function change(run: MappedRun): void {
  switch (T.change.v) {
    case FRAME_CHANGE.migrate:
      installMigrationEntry(T.host.v, run.process, run);
      return;
    case FRAME_CHANGE.unmap:
      zapRange(run.process, run.vpn, run.pages);
      return;
    default: processes.pte.assign(run.process, run.vpn, run.pages, PTE.read);
  }
}

/**
 * The part of a walk of the reverse map that concerns address spaces which devices watch: entry by entry whoever copied it is told,
 * then it changes. The caller comes again and does the rest in one go.
 */
export const changeWatchedFrames = mechanism({
  name: 'change-watched-frames',
  source: 'spec 6.7 OI1, 8.9; mm/rmap.c try_to_unmap_one(), try_to_migrate_one(), page_vma_mkclean_one() (6.19)',
  frame: T,
  order: 'RN1 RN2',
  steps: {
    RN1: {
      title: 'tell who copied the next entry', reads: WATCHED_FRAME_READS, calls: [tell], to: ['done'],
      run: () => {
        const entry = nextEntry(T.pfn.v, T.pages.v, T.change.v);
        if (entry === undefined) return done();
        [T.process.v, T.vpn.v, T.count.v] = [entry.process, entry.vpn, entry.pages];
        return call(tell);
      },
    },
    RN2: {
      title: 'change the entry', reads: [...RMAP_READS, ...END_READS, ...every(hosts.anon, hosts.owner)], writes: [...RMAP_TERMS, ...UNMAP_TERMS, ...END_TERMS], forgets: [T.process, T.vpn, T.count], to: ['RN1'],
      costNs: () => kernel.costs.unmapNs,
      run: go => {
        const isTold = ({ process, vpn }: MappedRun): boolean => process === T.process.v && vpn >= T.vpn.v && vpn < T.vpn.v + T.count.v;
        for (const run of entriesOf(T.pfn.v, T.pages.v, concerned(T.change.v)).filter(isTold)) change(run);
        endInvalidation(T.process.v);
        return go.RN1;
      },
    },
  },
});
