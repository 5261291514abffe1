import { arena } from '@shared/state/arena';
import type { Row } from '@shared/state/dictionary';
import { movers } from '@shared/state/mover-tables';
import { runsIn } from '@shared/state/page-runs';
import { actors, counters, files, hosts } from '@shared/state/tables';
import { emit } from '../engine/events';
import { machine } from '../engine/machine';
import { mechanism } from '../engine/mechanism';
import { every, frame } from '../engine/place';
import { call, done, site, type Next } from '../engine/step';
import { kernel } from '../kernel';
import { changeWatchedFrames, FRAME_CHANGE, hasWatchedMappings, WATCHED_FRAME_READS } from './change-watched-frames';
import { afterPut, counterRow } from './folio-counts';
import { folioAt, forEachFolioRun } from './folios';
import { ALLOCATE_TERMS, freeFrames, FREE_TERMS, USE, type FrameRequest } from './frames';
import { fileOfFrame } from './gup-rules';
import { numaNodeOf } from './memory-blocks';
import { CONTENT_TERMS, copyContent } from './contents';
import { removeMigrationEntries, RMAP_READS, RMAP_TERMS, unmapEverywhere } from './rmap';

/** Where to: memory that is not movable (a long-term pin), away from where it is (offlining), or n + {@link TO.node} a NUMA node. */
export const TO = { unmovable: 0, elsewhere: 1, node: 2 } as const;

/** `to` says where to; see {@link TO}. */
const T = frame('op', 'host', 'to', 'failed', 'pfn', 'pages');

const tell = site(changeWatchedFrames, T.host, T.pfn, T.pages, FRAME_CHANGE.migrate);

/** What {@link isolateFolios} reads and writes. */
export const ISOLATE_READS = every(hosts.order, hosts.isolated, hosts.use);
export const ISOLATE_TERMS = every(hosts.isolated, hosts.refs, hosts.moving, movers.listed);

/** Takes folios off the LRU, with a reference, onto the list of an operation. Those that are not on it are left. Answers pages listed. */
export function isolateFolios(op: Row, host: Row, pfn: number, pages: number): number {
  let listed = 0;
  forEachFolioRun(host, pfn, pages, (first, frameCount) => {
    for (let at = first; at < first + frameCount;) {
      const next = Math.min(first + frameCount, hosts.isolated.runEnd(host, at), hosts.use.runEnd(host, at));
      if (hosts.isolated.at(host, at) === ON_LRU && isMovableUse(hosts.use.at(host, at))) {
        hosts.isolated.assign(host, at, next - at, ISOLATED);
        hosts.refs.add(host, at, next - at, 1);
        hosts.moving.add(host, at, next - at, 1);
        movers.listed.assign(movers.$.row(op), at, next - at, 1);
        listed += next - at;
      }
      at = next;
    }
  });
  return listed;
}

const ON_LRU = hosts.isolated.valueOf('on the LRU');
const ISOLATED = hosts.isolated.valueOf('isolated');
const isMovableUse = (use: number): boolean => use === USE.anonymous || use === USE.pageCache;

/** References that a frame may have while it moves: its mover's, and those of the page cache (folio_expected_ref_count()). */
function expectedRefs(pfn: number): number {
  const isCached = hosts.use.at(T.host.v, pfn) === USE.pageCache && hosts.mapping.at(T.host.v, pfn) !== 0;
  return 1 + (isCached ? folioAt(T.host.v, pfn).pageCount : 0);
}

/** First run of the list; frames side by side that are alike in what decides. */
function nextRun(): { readonly pfn: number; readonly pages: number } | null {
  const [run] = runsIn(arena, movers.$.row(T.op.v), movers.listed.field);
  if (run === undefined) return null;
  const alike = [hosts.order, hosts.use, hosts.refs, hosts.mapping, hosts.anon, hosts.indexDelta, hosts.locked].map(field => field.runEnd(T.host.v, run.first) - run.first);
  return { pfn: run.first, pages: Math.min(run.count, ...alike) };
}

/** Frames for a run: as many whole folios as there are side by side. */
function target(pfn: number, pages: number): { readonly pfn: number; readonly pages: number } | null {
  const order = hosts.order.at(T.host.v, pfn);
  const wanted: FrameRequest = { pagesMax: pages, order, near: numaNodeOf(pfn) };
  if (T.to.v === TO.unmovable) return freeFrames(T.host.v, { ...wanted, unmovable: true });
  if (T.to.v === TO.elsewhere) return freeFrames(T.host.v, wanted);
  return freeFrames(T.host.v, { ...wanted, numaNode: T.to.v - TO.node });
}

/** What of a page goes along with its content. */
const TRAITS = [hosts.use, hosts.order, hosts.anon, hosts.exclusive, hosts.mapping, hosts.dirty];

/** The destination is the page from now on: for the page cache, for its mappings and for the LRU. */
function move(from: number, to: number, pages: number): void {
  const host = T.host.v;
  copyContent(host, from, to, pages);
  for (const trait of TRAITS) trait.assign(host, to, pages, trait.at(host, from));
  const cacheRefs = expectedRefs(from) - 1;
  if (cacheRefs > 0) {
    const index = from + hosts.indexDelta.at(host, from);
    hosts.indexDelta.assign(host, to, pages, index - to);
    files.cacheDelta.assign(fileOfFrame(host, from), index, pages, to - index);
    hosts.refs.add(host, to, pages, cacheRefs);
    hosts.refs.add(host, from, pages, -cacheRefs);
    hosts.mapping.assign(host, from, pages, 0);
  }
  removeMigrationEntries(host, from, to, pages);
  // Whoever mapped it may have unmapped it meanwhile: nobody has the destination then.
  afterPut(host, to, pages);
  counters.pagesMigrated.set(counterRow(), counters.pagesMigrated.get(counterRow()) + pages);
  emit('folios-moved', T.op.v, from, to, pages);
}

/** Gives frames back to the LRU; a source that has moved is free then. */
function putBack(pfn: number, pages: number): void {
  hosts.locked.assign(T.host.v, pfn, pages, 0);
  hosts.isolated.assign(T.host.v, pfn, pages, ON_LRU);
  hosts.moving.add(T.host.v, pfn, pages, -1);
  hosts.refs.add(T.host.v, pfn, pages, -1);
  movers.listed.assign(movers.$.row(T.op.v), pfn, pages, 0);
  afterPut(T.host.v, pfn, pages);
}

/**
 * migrate_pages(): moves the folios on an operation's list. A folio that anybody else has a reference of stays (spec 8.3). Answers how
 * many folios stayed.
 */
export const migrateFolios = mechanism({
  name: 'migrate-folios',
  source: 'spec 8.3, 8.12; mm/migrate.c migrate_pages_batch(), folio_migrate_mapping(), remove_migration_ptes() (6.19)',
  frame: T,
  order: 'MG1 MG1u MG2',
  steps: {
    MG1: {
      title: 'lock folios and turn what maps them into migration entries', to: ['MG1u', 'MG2', 'done'], when: isUnlocked, waitsFor: { kind: 'mover', op: 'op' },
      reads: [...WATCHED_FRAME_READS, ...every(movers.listed, hosts.order, hosts.use, hosts.refs, hosts.mapping, hosts.anon, hosts.indexDelta, hosts.locked)],
      writes: [...RMAP_TERMS, ...every(hosts.locked)], calls: [tell], costNs: () => kernel.costs.unmapNs,
      run: go => {
        const run = nextRun();
        if (run === null) return done(T.failed.v);
        [T.pfn.v, T.pages.v] = [run.pfn, run.pages];
        hosts.locked.assign(T.host.v, run.pfn, run.pages, actors.nth.get(machine.self) + 1);
        return unmapFolios(go);
      },
    },
    MG1u: { title: 'the same for whoever no device watches', reads: WATCHED_FRAME_READS, writes: RMAP_TERMS, calls: [tell], to: ['MG1u', 'MG2'], run: unmapFolios },
    MG2: {
      title: 'copy what nobody else holds; point the mappings at where the pages are now', to: ['MG1'],
      reads: [...RMAP_READS, ...every(hosts.refs, hosts.use, hosts.mapping, hosts.indexDelta, hosts.owner, hosts.locked)],
      writes: [...RMAP_TERMS, ...ALLOCATE_TERMS, ...FREE_TERMS, ...CONTENT_TERMS, ...ISOLATE_TERMS, ...every(hosts.locked, hosts.mapping, hosts.indexDelta, files.cacheDelta)],
      forgets: [T.pfn, T.pages], costNs: () => kernel.costs.copyPageNs * T.pages.v,
      run: go => {
        const end = T.pfn.v + T.pages.v;
        for (let pfn = T.pfn.v; pfn < end;) pfn += moveSome(pfn, end - pfn);
        return go.MG1;
      },
    },
  },
});

/** Replaces what maps the locked folios by migration entries; whoever copied such an entry is told first. */
function unmapFolios(go: { readonly MG1u: Next; readonly MG2: Next }): Next {
  if (hasWatchedMappings(T.pfn.v, T.pages.v, FRAME_CHANGE.migrate)) return call(tell, go.MG1u);
  unmapEverywhere(T.host.v, T.pfn.v, T.pages.v);
  return go.MG2;
}

/** Whether nobody has locked the folios that come next. */
function isUnlocked(): boolean {
  const run = nextRun();
  return run === null || hosts.locked.at(T.host.v, run.pfn) === 0;
}

/** Moves or leaves the first folios of a run that are alike; answers how many pages. */
function moveSome(pfn: number, left: number): number {
  const alike = Math.min(left, hosts.refs.runEnd(T.host.v, pfn) - pfn);
  const isOurs = hosts.refs.at(T.host.v, pfn) === expectedRefs(pfn);
  const free = isOurs ? target(pfn, alike) : null;
  const pages = free?.pages ?? alike;
  if (free === null) {
    removeMigrationEntries(T.host.v, pfn, pfn, pages);
    T.failed.v += pages / 2 ** hosts.order.at(T.host.v, pfn);
    counters.migrationsFailed.set(counterRow(), counters.migrationsFailed.get(counterRow()) + pages);
    emit('folios-stay', T.op.v, pfn, pages, hosts.refs.at(T.host.v, pfn));
  } else move(pfn, free.pfn, pages);
  putBack(pfn, pages);
  return pages;
}
