import { arena } from '@shared/state/arena';
import type { Row } from '@shared/state/dictionary';
import { files, holders, hosts, processes } from '@shared/state/tables';
import { answer } from '../engine/machine';
import { mechanism } from '../engine/mechanism';
import { at, every, frame, pagesAt } from '../engine/place';
import { call, done, fail, site } from '../engine/step';
import type { HoldKind } from '../policies/policy';
import { allows } from './address-space';
import { DROP_READS, DROP_TERMS, dropHold, howWord, TAKE_READS, TAKE_TERMS, shortenHold, takeHold, TURN_READS, TURN_TERMS, turnIntoPins } from './folio-counts';
import { getUserPagesSlow } from './get-user-pages-slow';
import { alikePages, frameAt, isPinUncounted, isZeroEntry, LOOK_READS, pagesOfEntry } from './gup-frames';
import { allowsP2p, fileOfFrame, FRAME_READS, isLeftToSlowPath, isLongtermPinnable, isRawMemory, mustUnshare, P2P_READS, PLACE_READS, type Wanted } from './gup-rules';
import { pinLongterm } from './longterm-pin';
import { pinNs } from './folios';
import { isFsdaxFrame, isP2pFrame } from './memory-types';

/**
 * `how` is a word of `holders.how`; holders are numbered from `piece`; `force` is FOLL_FORCE. Callers that have no fast path say
 * `slowOnly`. Answers how many pages are held, else an errno.
 */
const T = frame('process', 'vpn', 'pages', 'write', 'how', 'op', 'keeper', 'piece', 'force', 'slowOnly', 'done', 'pfn', 'run', 'holder', 'entry', 'here', 'left');

const slow = site(getUserPagesSlow, T.process, T.here, T.left, T.write, T.how, T.op, T.keeper, T.piece, T.force);
const longterm = site(pinLongterm, T.process, T.here, T.left, T.write, T.op, T.keeper, T.piece, T.force);

const pte = pagesAt(processes.pte, T.process);
const pfnDelta = pagesAt(processes.pfnDelta, T.process);
const KINDS: readonly HoldKind[] = ['get', 'pin', 'longterm'];

const host = (): number => processes.host.get(T.process.v);
const here = (): number => T.vpn.v + T.done.v;
const kind = (): HoldKind => KINDS[T.how.v - 1];
const isLongterm = (): boolean => T.how.v === howWord('longterm');
const wanted = (): Wanted => ({ how: kind(), isWrite: T.write.v === 1, isForced: T.force.v === 1 });
const isFrozen = (): boolean => {
  const owner = hosts.mapping.at(host(), T.pfn.v);
  return owner > 0 && files.frozen.get(files.$.row(owner)) === 1;
};

/** Pages of the run, from its first, that are still mapped as they were looked up. */
function unchanged(): number {
  let pages = 0;
  while (pages < T.run.v) {
    const vpn = here() + pages;
    const isSame = pte.at(vpn) === T.entry.v && (isZeroEntry(T.process.v, vpn) || frameAt(T.process.v, vpn) === T.pfn.v + pages);
    if (!isSame) break;
    pages = Math.min(T.run.v, pte.runEnd(vpn) - here(), pfnDelta.runEnd(vpn) - here());
  }
  return pages;
}

/** A count of 0 or less is never brought back to life (GF3). The zero page always lives. */
const isGone = (): boolean => !isZeroEntry(T.process.v, here()) && hosts.refs.find(host(), T.pfn.v, T.pfn.v + T.run.v, refs => refs <= 0) >= 0;

const isReadOnly = (): boolean => !allows(T.entry.v, true);
const isRefusedLater = (): boolean => isLeftToSlowPath(host(), T.pfn.v, wanted()) || (isReadOnly() && mustUnshare(host(), T.pfn.v, kind(), true));

/** Takes the hold back again, and what its acquisition counted (gup_put_folio()). */
function undo(): void {
  T.piece.v -= 1;
  dropHold(T.holder.v);
  T.holder.v = 0;
}

/**
 * get_user_pages_fast(), pin_user_pages_fast(): without locks as far as pages are mapped as wanted, then the slow path for all that is left.
 * A range that fails in the middle answers the pages held so far, not an error (spec 1.4).
 */
export const getUserPages = mechanism({
  name: 'get-user-pages',
  source: 'spec 1.4 GF1–GF8; mm/gup.c gup_fast_pte_range(), try_grab_folio_fast(), gup_fast_folio_allowed(), gup_fast_fallback() (6.19)',
  frame: T,
  order: 'GF0 GF1 GF3 GF4 GF5 GF6 GF7 GF8 GS0 GSa',
  steps: {
    GF0: {
      title: 'remember that this address space has pins', reads: [at(processes.hasPinned, T.process)], writes: [at(processes.hasPinned, T.process)], to: ['GS0', 'GF1'],
      run: go => {
        if (T.how.v !== howWord('get') && processes.hasPinned.get(T.process.v) === 0) processes.hasPinned.set(T.process.v, 1);
        return T.slowOnly.v === 1 ? go.GS0 : go.GF1;
      },
    },
    GF1: {
      title: 'fast: read the page-table entry', reads: [...P2P_READS, ...LOOK_READS, ...every(hosts.use, files.frozen)], to: ['GS0', 'GF1', 'GF3', 'done'],
      run: go => {
        if (T.done.v === T.pages.v) return done(T.done.v);
        T.entry.v = pte.at(here());
        if (!allows(T.entry.v, T.write.v === 1)) return go.GS0;
        T.pfn.v = frameAt(T.process.v, here());
        T.run.v = alikePages(host(), T.process.v, here(), T.pages.v, T.pages.v - T.done.v);
        if (isP2pFrame(T.pfn.v) && !allowsP2p(T.keeper.v)) return go.GS0;
        const isRefused = isRefusedLater();
        if (isRefused) T.run.v = Math.min(T.pages.v - T.done.v, pagesOfEntry(T.process.v, here()));
        if (isFrozen() || isRawMemory(fileOfFrame(host(), T.pfn.v)) || (isLongterm() && isFsdaxFrame(T.pfn.v))) return go.GS0;
        if (T.how.v === howWord('get') || !isPinUncounted(T.process.v, here())) return go.GF3;
        if (isRefused) return go.GS0;
        T.done.v += T.run.v;
        return go.GF1;
      },
    },
    GF3: {
      title: 'fast: add references', reads: [...TAKE_READS, ...PLACE_READS, pte], writes: TAKE_TERMS, costNs: () => pinNs(host(), T.pfn.v, T.run.v), to: ['GF4', 'GF5', 'GS0'],
      run: go => {
        if (isGone()) return go.GS0;
        T.holder.v = holders.$.row(T.op.v, T.piece.v);
        takeHold(T.holder.v, host(), T.pfn.v, T.run.v, 'get', T.keeper.v);
        holders.vpnFirst.set(T.holder.v, here());
        T.piece.v += 1;
        return isLongterm() && !isLongtermPinnable(T.pfn.v) ? go.GF4 : go.GF5;
      },
    },
    GF4: {
      title: 'fast: undo, for it must not stay where it is', reads: DROP_READS, writes: DROP_TERMS, to: ['GS0'],
      run: go => {
        undo();
        return go.GS0;
      },
    },
    GF5: { title: 'fast: turn references into pins', reads: TURN_READS, writes: TURN_TERMS, run: () => { turnIntoPins(T.holder.v, kind()); } },
    GF6: {
      title: 'fast: read the page-table entry again', reads: [pte, pfnDelta, ...FRAME_READS, ...DROP_READS], writes: DROP_TERMS, to: ['GF1', 'GF7', 'GF8', 'GS0'],
      run: go => {
        const looked = T.run.v;
        T.run.v = unchanged();
        if (T.run.v === 0) {
          undo();
          return go.GS0;
        }
        if (isLeftToSlowPath(host(), T.pfn.v, wanted())) return go.GF7;
        if (isReadOnly() && mustUnshare(host(), T.pfn.v, kind(), true)) return go.GF8;
        shortenHold(T.holder.v, T.run.v);
        T.done.v += T.run.v;
        T.holder.v = 0;
        return T.run.v === looked ? go.GF1 : go.GS0;
      },
    },
    GF7: {
      title: 'fast: undo, for the mapping has to be asked', reads: DROP_READS, writes: DROP_TERMS, to: ['GS0'],
      run: go => {
        undo();
        return go.GS0;
      },
    },
    GF8: {
      title: 'fast: undo, for the page is shared', reads: DROP_READS, writes: DROP_TERMS, to: ['GS0'],
      run: go => {
        undo();
        return go.GS0;
      },
    },
    GS0: {
      title: 'the rest goes the slow way', calls: [slow, longterm],
      run: () => {
        T.here.v = here();
        T.left.v = T.pages.v - T.done.v;
        return call(isLongterm() ? longterm : slow);
      },
    },
    GSa: {
      title: 'count what both ways hold', to: ['done'],
      run: () => {
        if (answer.result >= 0) return done(T.done.v + answer.result);
        return T.done.v > 0 ? done(T.done.v) : fail(answer.errno);
      },
    },
  },
});

const holdsOf = (op: Row): readonly Row[] => holders.$.rows(arena).filter(holder => holders.op.get(holder) === op && holders.how.get(holder) !== 0);

/** How many holds an operation has. */
export const piecesOf = (op: Row): number => holdsOf(op).length;

/** Number of the first piece behind all that an operation still holds. */
export const nextPiece = (op: Row): number => holdsOf(op).reduce((next, holder) => Math.max(next, holders.piece.get(holder) + 1), 0);

/** A hold of an operation that nobody else keeps yet; 0 if there is none. */
export const ownHold = (op: Row): Row => holdsOf(op).find(holder => holders.keeper.get(holder) === 0) ?? 0;
