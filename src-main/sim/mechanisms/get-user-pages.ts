import { ERRNO } from '@shared/domain/errno';
import { files, holders, hosts, mappings, processes } from '@shared/state/tables';
import type { HoldKind } from '../policies/policy';
import { arena } from '@shared/state/arena';
import type { Row } from '@shared/state/dictionary';
import { emit } from '../engine/events';
import { answer } from '../engine/machine';
import { mechanism } from '../engine/mechanism';
import { at, every, frame, pagesAt } from '../engine/place';
import { call, done, fail, site } from '../engine/step';
import { kernel } from '../kernel';
import { LOOKUP_READS, mappingAt, PTE } from './address-space';
import { DROP_READS, DROP_TERMS, dropHold, howWord, TAKE_READS, TAKE_TERMS, shortenHold, takeHold, TURN_READS, TURN_TERMS, turnIntoPins } from './folio-counts';
import { isFsdaxFrame } from './memory-types';
import { pageFault } from './page-fault';
import { pieceOf } from './pieces';

/**
 * `how` is a word of `holders.how`; holders are numbered from `piece`; `force` is FOLL_FORCE. `cow` tells that the slow path is in
 * a private mapping. Answers how many pages are held, else an errno.
 */
const T = frame('process', 'vpn', 'pages', 'write', 'how', 'op', 'keeper', 'piece', 'force', 'cow', 'faultWrite', 'done', 'pfn', 'run', 'holder', 'errno');

const faultIn = site(pageFault, T.process, T.pfn, T.run, T.faultWrite, T.cow);

const pte = pagesAt(processes.pte, T.process);
const pfnDelta = pagesAt(processes.pfnDelta, T.process);
const mmapLock = at(processes.mmapLock, T.process);
const KINDS: readonly HoldKind[] = ['get', 'pin', 'longterm'];

const host = (): number => processes.host.get(T.process.v);
const here = (): number => T.vpn.v + T.done.v;
const kind = (): HoldKind => KINDS[T.how.v - 1];
const isLongterm = (): boolean => T.how.v === howWord('longterm');
/**
 * Whether a page is mapped as wanted. In a private mapping that is not written through, a long-term pin and a forced write want a
 * copy of the mapping's own, which nobody else writes (GF8, spec 1.4).
 */
function suits(vpn: number): boolean {
  const entry = pte.at(vpn);
  if (entry === PTE.write || entry === PTE.none) return entry === PTE.write;
  if (T.write.v === 1) return T.force.v === 1 && T.cow.v === 1 && isOwnCopy(vpn);
  return T.cow.v === 0 || !isLongterm() || isOwnCopy(vpn);
}
const isSuitable = (): boolean => suits(here());
const isOwnCopy = (vpn: number): boolean => pte.at(vpn) !== PTE.zero && hosts.anon.at(host(), vpn + pfnDelta.at(vpn)) > 0;
const isFrozen = (): boolean => {
  const owner = hosts.mapping.at(host(), here() + pfnDelta.at(here()));
  return owner > 0 && files.frozen.get(files.$.row(owner)) === 1;
};

/** Names the frames that the next step is about: [pfn, pfn + run). */
function lookUp(): void {
  T.pfn.v = here() + pfnDelta.at(here());
  const left = T.pages.v - T.done.v;
  T.run.v = pieceOf(T.pages.v, left, pte.runEnd(here()) - here(), pfnDelta.runEnd(here()) - here(), hosts.owner.runEnd(host(), T.pfn.v) - T.pfn.v, hosts.ownerDelta.runEnd(host(), T.pfn.v) - T.pfn.v);
}

/** How many pages of the run, from its first, are still mapped as they were looked up. */
function unchanged(): number {
  let pages = 0;
  while (pages < T.run.v) {
    const vpn = here() + pages;
    if (!suits(vpn) || pte.at(vpn) === PTE.zero || vpn + pfnDelta.at(vpn) !== T.pfn.v + pages) break;
    pages = Math.min(T.run.v, pte.runEnd(vpn) - here(), pfnDelta.runEnd(vpn) - here());
  }
  return pages;
}

/** A count of 0 or less is never brought back to life (GF3). */
const isGone = (): boolean => hosts.refs.find(host(), T.pfn.v, T.pfn.v + T.run.v, refs => refs <= 0) >= 0;

function grab(how: HoldKind): void {
  T.holder.v = holders.$.row(T.op.v, T.piece.v);
  takeHold(T.holder.v, host(), T.pfn.v, T.run.v, how, T.keeper.v);
  T.piece.v += 1;
}

/** The shared zero page is accepted and nothing is counted: it is no frame of the lab (GF2, spec 1.2). */
function acceptZeroPages(): void {
  T.run.v = pieceOf(T.pages.v, T.pages.v - T.done.v, pte.runEnd(here()) - here());
  advance();
}

function advance(): void {
  T.done.v += T.run.v;
  T.holder.v = 0;
}

/** What {@link lookUp} reads. */
const LOOK = [pte, pfnDelta, ...every(hosts.owner, hosts.ownerDelta)];

/**
 * pin_user_pages_fast(): the fast path for pages that are mapped as wanted, the slow path for the rest.
 * A range that fails in the middle answers the pages held so far, not an error (spec 1.4).
 * Step GF7 concerns page-cache pages, which no device of this lab maps yet; GF8 is part of what counts as mapped as wanted.
 */
export const getUserPages = mechanism({
  name: 'get-user-pages',
  source: 'spec 1.4 GF1–GF6, GS1–GS4; mm/gup.c gup_fast_pte_range(), try_grab_folio_fast(), __get_user_pages() (6.19)',
  frame: T,
  order: 'GF1 GF3 GF5 GF6 GS1 GS2 GS3 GS4 GS5 GS6',
  steps: {
    GF1: {
      title: 'fast: read the page-table entry', reads: [...LOOK, ...every(hosts.mapping, files.frozen)], to: ['GS1', 'GF3', 'done'],
      run: go => {
        if (T.done.v === T.pages.v) return done(T.done.v);
        if (!isSuitable() || pte.at(here()) === PTE.zero) return go.GS1;
        lookUp();
        return isFrozen() || (isLongterm() && isFsdaxFrame(T.pfn.v)) ? go.GS1 : go.GF3;
      },
    },
    GF3: {
      title: 'fast: add references', reads: TAKE_READS, writes: TAKE_TERMS, costNs: () => kernel.costs.gupPageNs * T.run.v, to: ['GF5', 'GS1'],
      run: go => {
        if (isGone()) return go.GS1;
        grab('get');
        return go.GF5;
      },
    },
    GF5: { title: 'fast: turn references into pins', reads: TURN_READS, writes: TURN_TERMS, run: () => { turnIntoPins(T.holder.v, kind()); } },
    GF6: {
      title: 'fast: read the page-table entry again', reads: [pte, pfnDelta, ...DROP_READS], writes: DROP_TERMS, to: ['GF1', 'GS1'],
      run: go => {
        const wanted = T.run.v;
        T.run.v = unchanged();
        if (T.run.v > 0) shortenHold(T.holder.v, T.run.v);
        else {
          T.piece.v -= 1;
          dropHold(T.holder.v);
        }
        const isWhole = T.run.v === wanted;
        advance();
        return isWhole ? go.GF1 : go.GS1;
      },
    },
    GS1: { title: 'slow: take mmap_lock shared', takes: mmapLock, shared: true },
    GS2: {
      title: 'slow: find the mapping and look at the entry', to: ['GS2', 'GS3', 'GS4', 'GS6'],
      reads: [...LOOK, ...LOOKUP_READS, ...every(mappings.file, mappings.shared, mappings.writable, files.frozen, hosts.anon)],
      run: go => {
        if (T.done.v === T.pages.v) return go.GS6;
        T.errno.v = refusal();
        if (T.errno.v !== 0) return go.GS6;
        T.cow.v = mappings.shared.get(mappingAt(T.process.v, here())) === 1 ? 0 : 1;
        if (!isSuitable()) return go.GS4;
        if (pte.at(here()) === PTE.zero) {
          acceptZeroPages();
          return go.GS2;
        }
        lookUp();
        return go.GS3;
      },
    },
    GS3: {
      title: 'slow: take references or pins under the page-table lock', reads: [pte, pfnDelta, ...TAKE_READS, ...every(hosts.anon)], writes: TAKE_TERMS, to: ['GS2'],
      costNs: () => kernel.costs.gupPageNs * T.run.v,
      run: go => {
        T.run.v = unchanged();
        if (T.run.v === 0) return go.GS2;
        grab(kind());
        advance();
        return go.GS2;
      },
    },
    GS4: {
      title: 'slow: fault the page in', reads: [pte, ...LOOKUP_READS],
      run: () => {
        const left = T.pages.v - T.done.v;
        const mapping = mappingAt(T.process.v, here());
        const inMapping = mappings.vpnFirst.get(mapping) + mappings.pageCount.get(mapping) - here();
        T.run.v = pieceOf(T.pages.v, left, pte.runEnd(here()) - here(), inMapping);
        // A page that may be read but does not do is copied: un-shared, or written by force.
        T.faultWrite.v = T.write.v === 1 || pte.at(here()) !== PTE.none ? 1 : 0;
        T.pfn.v = here();
        return call(faultIn);
      },
      calls: [faultIn],
    },
    GS5: {
      title: 'slow: take the fault’s answer', to: ['GS2', 'GS6'],
      run: go => {
        if (answer.result < 0) T.errno.v = answer.errno;
        return answer.result < 0 ? go.GS6 : go.GS2;
      },
    },
    GS6: {
      title: 'slow: drop mmap_lock', drops: [mmapLock], to: ['done'],
      run: () => {
        if (T.done.v > 0 || T.errno.v === 0) return done(T.done.v);
        emit('pin-refused', T.process.v, here(), T.errno.v);
        return fail(T.errno.v);
      },
    },
  },
});

/** check_vma_flags(), in its order: the first rule that hits decides (spec 1.5). 0 lets pass. */
function refusal(): number {
  const mapping = mappingAt(T.process.v, here());
  if (mapping === 0) return ERRNO.EFAULT;
  const file = mappings.file.get(mapping);
  if (file !== 0 && files.frozen.get(file) === 1) return ERRNO.EAGAIN;
  if (isLongterm()) {
    if (file !== 0 && kernel.policy.longtermFilePin.fsdax === 'deny') return ERRNO.EOPNOTSUPP;
  }
  const isForced = T.force.v === 1 && mappings.shared.get(mapping) === 0;
  return T.write.v === 1 && !isForced && mappings.writable.get(mapping) === 0 ? ERRNO.EFAULT : 0;
}

const holdsOf = (op: Row): readonly Row[] => holders.$.rows(arena).filter(holder => holders.op.get(holder) === op && holders.how.get(holder) !== 0);

/** How many holds an operation has. */
export const piecesOf = (op: Row): number => holdsOf(op).length;

/** Number of the first piece behind all that an operation still holds. */
export const nextPiece = (op: Row): number => holdsOf(op).reduce((next, holder) => Math.max(next, holders.piece.get(holder) + 1), 0);

/** A hold of an operation that nobody else keeps yet; 0 if there is none. */
export const ownHold = (op: Row): Row => holdsOf(op).find(holder => holders.keeper.get(holder) === 0) ?? 0;
