import { ERRNO } from '@shared/domain/errno';
import type { Row } from '@shared/state/dictionary';
import { holders, hosts, processes } from '@shared/state/tables';
import { emit } from '../engine/events';
import { answer } from '../engine/machine';
import { mechanism } from '../engine/mechanism';
import { every, frame } from '../engine/place';
import { call, done, fail, site } from '../engine/step';
import { kernel } from '../kernel';
import { DROP_READS, DROP_TERMS, dropHold, howWord, shortenHold } from './folio-counts';
import { getUserPagesSlow } from './get-user-pages-slow';
import { misplaced, PLACE_READS } from './gup-rules';
import { migrateCoherent } from './migrate-coherent';
import { ISOLATE_READS, ISOLATE_TERMS, isolateFolios, migrateFolios, TO } from './migrate-folios';

/** As the slow path, for the long term. `got` pages are held in the pieces from `piece` to `end`. */
const T = frame('process', 'vpn', 'pages', 'write', 'op', 'keeper', 'piece', 'force', 'got', 'end', 'moves', 'host', 'pfn', 'errno');

const slow = site(getUserPagesSlow, T.process, T.vpn, T.pages, T.write, howWord('longterm'), T.op, T.keeper, T.piece, T.force);
const migrate = site(migrateFolios, T.op, T.host, TO.unmovable);

const moveOff = site(migrateCoherent, T.pfn, T.host);

const holdAt = (piece: number): Row => holders.$.row(T.op.v, piece);

/** Behind the last piece of this pass that is still held: pages of devices leave gaps. */
function heldEnd(): number {
  let end = T.end.v;
  while (end > T.piece.v && holders.how.get(holdAt(end - 1)) === 0) end--;
  return end;
}

function pieceEnd(): number {
  let end = T.piece.v;
  while (holders.how.get(holdAt(end)) !== 0) end++;
  return end;
}

/** Calls `visit` for each run of frames held by this pass that must not stay where it is. */
function forEachMisplaced(visit: (pfn: number, pages: number) => void): void {
  for (let piece = T.piece.v; piece < T.end.v; piece++) {
    const pfn = holders.pfnFirst.get(holdAt(piece));
    if (misplaced(pfn) !== null) visit(pfn, holders.pageCount.get(holdAt(piece)));
  }
}

/** Turns the pin of one page of a coherent device into a plain reference, the mover's, and answers its frame; 0 if this pass holds none. */
function takeDevicePage(): number {
  for (let piece = T.end.v - 1; piece >= T.piece.v; piece--) {
    const holder = holdAt(piece);
    if (holders.how.get(holder) === 0) continue;
    const pages = holders.pageCount.get(holder);
    const pfn = holders.pfnFirst.get(holder) + pages - 1;
    if (misplaced(pfn) !== 'device') continue;
    hosts.refs.add(T.host.v, pfn, 1, 1);
    hosts.moving.add(T.host.v, pfn, 1, 1);
    if (pages > 1) shortenHold(holder, pages - 1);
    else dropHold(holder);
    return pfn;
  }
  return 0;
}

/**
 * __gup_longterm_locked(): pins, and where folios must not stay for long, lets go of all, moves them and begins again. The loop has no
 * bound: a folio that cannot be isolated is never moved and never accepted (invariant L8).
 */
export const pinLongterm = mechanism({
  name: 'pin-longterm',
  source: 'spec 1.6 LT1–LT5; mm/gup.c __gup_longterm_locked(), collect_longterm_unpinnable_folios(), migrate_longterm_unpinnable_folios() (6.19)',
  frame: T,
  order: 'LT1 LT2 LT3d LT3e LT3 LT4 LT4a LT5',
  steps: {
    LT1: { title: 'pin the range', calls: [slow], run: () => call(slow) },
    LT2: {
      title: 'collect the folios that must not stay where they are', to: ['LT3d', 'done'], reads: [...every(holders.how, holders.pfnFirst, holders.pageCount), ...ISOLATE_READS, ...PLACE_READS], writes: ISOLATE_TERMS,
      run: go => {
        if (answer.result <= 0) return answer.result < 0 ? fail(answer.errno) : done();
        T.got.v = answer.result;
        T.host.v = processes.host.get(T.process.v);
        T.end.v = pieceEnd();
        let found = 0;
        forEachMisplaced((pfn, pages) => {
          found += pages;
          T.moves.v += isolateFolios(T.op.v, T.host.v, pfn, pages);
        });
        return found === 0 ? done(T.got.v) : go.LT3d;
      },
    },
    LT3d: {
      title: 'a page of a coherent device moves by itself: its pin becomes the reference of who moves it', calls: [moveOff], to: ['LT3', 'LT3e'],
      reads: [...DROP_READS, ...every(holders.how, holders.pfnFirst, holders.pageCount), ...PLACE_READS], writes: [...DROP_TERMS, ...every(hosts.moving)],
      run: go => {
        T.pfn.v = takeDevicePage();
        return T.pfn.v === 0 ? go.LT3 : call(moveOff, go.LT3e);
      },
    },
    LT3e: {
      title: 'did it move?', to: ['LT3', 'LT3d'],
      run: go => {
        T.errno.v = answer.result < 0 ? answer.errno : 0;
        return T.errno.v === 0 ? go.LT3d : go.LT3;
      },
    },
    LT3: {
      title: 'unpin one piece', reads: [...DROP_READS, ...every(holders.how)], writes: DROP_TERMS, costNs: () => kernel.costs.unpinPageNs,
      run: () => {
        T.end.v = heldEnd();
        if (T.end.v === T.piece.v) return;
        T.end.v -= 1;
        dropHold(holdAt(T.end.v));
      },
      again: () => T.end.v > T.piece.v,
    },
    LT4: {
      title: 'move what was collected to memory where it may stay', calls: [migrate], to: ['LT5', 'done'],
      run: go => {
        if (T.moves.v !== 0) return call(migrate);
        if (T.errno.v === 0) return go.LT5;
        emit('pin-refused', T.process.v, T.vpn.v, T.errno.v);
        return fail(T.errno.v);
      },
    },
    LT4a: {
      title: 'did all of it move?', to: ['done'],
      run: () => {
        T.moves.v = 0;
        if (answer.result === 0 && T.errno.v === 0) return;
        const errno = T.errno.v === 0 ? ERRNO.ENOMEM : T.errno.v;
        emit('pin-refused', T.process.v, T.vpn.v, errno);
        return fail(errno);
      },
    },
    LT5: { title: 'begin again', to: ['LT1'], beginsRound: true, run: go => go.LT1 },
  },
});
