import { ERRNO } from '@shared/domain/errno';
import type { Row } from '@shared/state/dictionary';
import { holders, processes } from '@shared/state/tables';
import { emit } from '../engine/events';
import { answer } from '../engine/machine';
import { mechanism } from '../engine/mechanism';
import { every, frame } from '../engine/place';
import { call, done, fail, site } from '../engine/step';
import { kernel } from '../kernel';
import { DROP_READS, DROP_TERMS, dropHold, howWord } from './folio-counts';
import { getUserPagesSlow } from './get-user-pages-slow';
import { misplaced, PLACE_READS } from './gup-rules';
import { ISOLATE_READS, ISOLATE_TERMS, isolateFolios, migrateFolios, TO } from './migrate-folios';

/** As the slow path, for the long term. `got` pages are held in the pieces from `piece` to `end`. */
const T = frame('process', 'vpn', 'pages', 'write', 'op', 'keeper', 'piece', 'force', 'got', 'end', 'moves', 'host');

const slow = site(getUserPagesSlow, T.process, T.vpn, T.pages, T.write, howWord('longterm'), T.op, T.keeper, T.piece, T.force);
const migrate = site(migrateFolios, T.op, T.host, TO.unmovable);

const holdAt = (piece: number): Row => holders.$.row(T.op.v, piece);

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

/**
 * __gup_longterm_locked(): pins, and where folios must not stay for long, lets go of all, moves them and begins again. The loop has no
 * bound: a folio that cannot be isolated is never moved and never accepted (invariant L8).
 */
export const pinLongterm = mechanism({
  name: 'pin-longterm',
  source: 'spec 1.6 LT1–LT5; mm/gup.c __gup_longterm_locked(), collect_longterm_unpinnable_folios(), migrate_longterm_unpinnable_folios() (6.19)',
  frame: T,
  order: 'LT1 LT2 LT3 LT4 LT4a LT5',
  steps: {
    LT1: { title: 'pin the range', calls: [slow], run: () => call(slow) },
    LT2: {
      title: 'collect the folios that must not stay where they are', to: ['LT3', 'done'], reads: [...every(holders.how, holders.pfnFirst, holders.pageCount), ...ISOLATE_READS, ...PLACE_READS], writes: ISOLATE_TERMS,
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
        return found === 0 ? done(T.got.v) : go.LT3;
      },
    },
    LT3: {
      title: 'unpin one piece', reads: DROP_READS, writes: DROP_TERMS, costNs: () => kernel.costs.unpinPageNs,
      run: () => {
        T.end.v -= 1;
        dropHold(holdAt(T.end.v));
      },
      again: () => T.end.v > T.piece.v,
    },
    LT4: {
      title: 'move what was collected to memory where it may stay', calls: [migrate], to: ['LT5'],
      run: go => (T.moves.v === 0 ? go.LT5 : call(migrate)),
    },
    LT4a: {
      title: 'did all of it move?', to: ['done'],
      run: () => {
        T.moves.v = 0;
        if (answer.result === 0) return;
        emit('pin-refused', T.process.v, T.vpn.v, ERRNO.ENOMEM);
        return fail(ERRNO.ENOMEM);
      },
    },
    LT5: { title: 'begin again', to: ['LT1'], beginsRound: true, run: go => go.LT1 },
  },
});
