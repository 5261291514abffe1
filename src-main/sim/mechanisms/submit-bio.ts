import { ERRNO } from '@shared/domain/errno';
import { bioPages } from '@shared/state/bio-tables';
import type { Row } from '@shared/state/dictionary';
import { counters, files, holders, hosts, processes, requests } from '@shared/state/tables';
import { PAGE_BYTES } from '@shared/units/pages';
import { emit } from '../engine/events';
import { answer } from '../engine/machine';
import { mechanism } from '../engine/mechanism';
import { at, every, frame } from '../engine/place';
import { call, done, fail, site } from '../engine/step';
import { kernel } from '../kernel';
import { ORIGIN } from './bio';
import { counterRow, DROP_READS, DROP_TERMS, dropHold, howWord, takeHold, TAKE_READS, TAKE_TERMS } from './folio-counts';
import { ALLOCATE_TERMS, freeFrames, USE } from './frames';
import { getUserPages, piecesOf } from './get-user-pages';
import { ZERO_PAGE_PFN } from './memory-types';
import { beginWriteout, CACHE_READS, forEachCached, isClear, TO_MEDIUM_READS, WRITEOUT_TERMS } from './page-cache';

/**
 * `pages` of the process from `vpn` on; `fill` zero pages; `cached` pages of `file` from `first` on; `references` pages of the kernel on
 * which the submitter takes references; `fresh` pages that it has just allocated. `says` is a value of `requests.says`. `forced` puts
 * pages of all iterators into one bio, `getsFirst` takes references on filler and page-cache pages too. Answers bytes moved.
 */
const T = frame('op', 'process', 'vpn', 'pages', 'fill', 'file', 'first', 'cached', 'references', 'fresh', 'drive', 'request', 'says', 'endIo', 'forced', 'getsFirst', 'how', 'kernelPart', 'held', 'pieces', 'moved');

const pin = site(getUserPages, T.process, T.vpn, T.pages, 0, T.how, T.op, T.request);
const REQUEST = [requests.state, requests.device, requests.pages, requests.pieces, requests.done, requests.endIo, requests.says];
const requestTerms = REQUEST.map(column => at(column, T.request));
const PIECE = [bioPages.origin, bioPages.pfnFirst, bioPages.pageCount, bioPages.hold, bioPages.own];

const host = (): Row => processes.host.get(T.process.v);
const releases = (): string => kernel.policy.bioCompletion.releases;
/** Pages of user iterators and of kernel iterators never meet in one bio where the bio has a flag for them. */
const areApart = (): boolean => releases() === 'by-bio-flag' && T.forced.v === 0;
const takesUser = (): boolean => T.kernelPart.v === 0;
const takesKernel = (): boolean => T.kernelPart.v === 1 || !areApart();

/** Number of a hold that is no piece of the bio: behind all that the user buffer has. */
const OWN_PIECES = 1 << 20;

function takePiece(nth: number, pfn: number, pages: number, how: 'get' | 'pin'): Row {
  const hold = holders.$.row(T.op.v, nth);
  takeHold(hold, host(), pfn, pages, how, T.request.v);
  return hold;
}

/** Who releases which hold of a page that is not the user's: end_io, its submitter, or nobody because there is none (spec 9.2, 9.3). */
function addPiece(origin: number, pfn: number, pages: number, isAllocated: boolean): void {
  const piece = T.pieces.v;
  const entry = bioPages.$.row(T.op.v, piece);
  const endIoPuts = releases() === 'put-all' || releases() === 'by-end-io';
  const isPinned = releases() === 'unpin-all' && (origin !== ORIGIN.zero || kernel.policy.knobs.zeroPagePinCounted);
  const isReferenced = endIoPuts && (isAllocated || T.getsFirst.v === 1);
  bioPages.origin.set(entry, origin);
  bioPages.pfnFirst.set(entry, pfn);
  bioPages.pageCount.set(entry, pages);
  // A page of the kernel has its owner’s reference beside that for the bio; a transferred one has no other, where end_io puts it.
  if (isAllocated && !(origin === ORIGIN.transferred && endIoPuts)) bioPages.own.set(entry, takePiece(OWN_PIECES + piece, pfn, pages, 'get'));
  if (isPinned || isReferenced) bioPages.hold.set(entry, takePiece(piece, pfn, pages, isPinned ? 'pin' : 'get'));
  T.pieces.v += 1;
  T.moved.v += pages;
}

function addUserPages(): void {
  for (let piece = 0; piece < T.held.v; piece++) T.moved.v += holders.pageCount.get(holders.$.row(T.op.v, piece));
  T.pieces.v = T.held.v;
}

function addCached(): void {
  forEachCached(T.file.v, T.first.v, T.first.v + T.cached.v, (_index, pfn, pages) => {
    beginWriteout(host(), pfn, pages);
    addPiece(ORIGIN.cache, pfn, pages, false);
  });
}

/** Pages of the kernel; false where there is no memory. */
function addKernelPages(origin: number, wanted: number): boolean {
  for (let left = wanted; left > 0;) {
    const free = freeFrames(host(), { pagesMax: left });
    if (free === null) return false;
    hosts.use.assign(host(), free.pfn, free.pages, USE.kernel);
    addPiece(origin, free.pfn, free.pages, true);
    left -= free.pages;
  }
  return true;
}

/** Lets go of all that the bio has so far. */
function giveUp(): void {
  for (let piece = 0; piece < T.pieces.v; piece++) {
    const entry = bioPages.$.row(T.op.v, piece);
    const hold = bioPages.pageCount.get(entry) === 0 ? holders.$.row(T.op.v, piece) : bioPages.hold.get(entry);
    for (const held of [hold, bioPages.own.get(entry)]) if (held !== 0) dropHold(held);
    for (const column of PIECE) column.set(entry, 0);
  }
  for (const column of REQUEST) column.set(T.request.v, 0);
}

const isCachedPart = (): boolean => T.cached.v === 0 || files.cached.find(T.file.v, T.first.v, T.first.v + T.cached.v, cached => cached === 0) < 0;
const isCacheFree = (): boolean => !takesKernel() || T.cached.v === 0 || [hosts.locked, hosts.writeback].every(field => isClear(T.file.v, T.first.v, T.first.v + T.cached.v, field));

/**
 * A bio of pages of several origins, written to a drive. Nobody but its submitter knows which page is which: end_io releases all of
 * them alike, by the policy bio-completion (spec 9.1 to 9.3).
 */
export const submitBio = mechanism({
  name: 'submit-bio',
  source: 'spec 9.1–9.3; block/bio.c bio_iov_iter_get_pages(), bio_iov_bvec_set(), __bio_release_pages(), fs/direct-io.c dio_zero_block() (6.1, 6.19)',
  frame: T,
  order: 'BI1 BI2 BI3 BI4 BI5',
  steps: {
    BI1: {
      title: 'hold the pages of the user', reads: every(files.cached), writes: [at(requests.state, T.request), at(requests.device, T.request)], calls: [pin], to: ['done'], costNs: () => kernel.costs.syscallNs,
      run: () => {
        if (!isCachedPart()) return fail(ERRNO.EINVAL);
        requests.state.set(T.request.v, requests.state.valueOf('pinning'));
        requests.device.set(T.request.v, T.drive.v);
        T.how.v = howWord(kernel.policy.knobs.odirectHold);
        if (T.pages.v > 0) return call(pin);
      },
    },
    BI2: {
      title: 'add the pages to the bio', when: isCacheFree, waitsFor: { kind: 'cache-folio', file: 'file', index: 'first' }, to: ['BI5', 'done'],
      reads: [...CACHE_READS, ...TAKE_READS, ...TO_MEDIUM_READS, ...DROP_READS, ...every(holders.how, hosts.locked, hosts.writeback)], writes: [...TAKE_TERMS, ...DROP_TERMS, ...ALLOCATE_TERMS, ...WRITEOUT_TERMS, ...every(...PIECE), ...requestTerms],
      run: go => {
        if (T.pages.v > 0 && T.kernelPart.v === 0 && answer.result < T.pages.v) {
          for (const column of REQUEST) column.set(T.request.v, 0);
          return fail(answer.result < 0 ? answer.errno : ERRNO.EFAULT);
        }
        T.pieces.v = 0;
        if (takesUser()) {
          T.held.v = piecesOf(T.op.v);
          addUserPages();
          if (T.fill.v > 0) addPiece(ORIGIN.zero, ZERO_PAGE_PFN, T.fill.v, false);
        }
        if (takesKernel()) {
          if (!addKernelPages(ORIGIN.kernel, T.references.v) || !addKernelPages(ORIGIN.transferred, T.fresh.v)) {
            giveUp();
            return fail(ERRNO.ENOMEM);
          }
          if (T.cached.v > 0) addCached();
        }
        if (T.pieces.v === 0) return go.BI5;
      },
    },
    BI3: {
      title: 'choose end_io and submit', writes: requestTerms,
      run: () => {
        requests.state.set(T.request.v, requests.state.valueOf('submitted'));
        requests.device.set(T.request.v, T.drive.v);
        requests.pages.set(T.request.v, T.moved.v);
        requests.pieces.set(T.request.v, T.pieces.v);
        requests.endIo.set(T.request.v, T.endIo.v);
        requests.says.set(T.request.v, T.kernelPart.v === 1 ? requests.says.valueOf('other') : T.says.v);
        counters.order.set(counterRow(), counters.order.get(counterRow()) + 1);
        requests.order.set(T.request.v, counters.order.get(counterRow()));
        emit('request-submitted', T.op.v, T.moved.v);
      },
    },
    BI4: {
      title: 'sleep until the completion', when: () => requests.state.get(T.request.v) === requests.state.valueOf('landed'), waitsFor: { kind: 'request', op: 'op' },
      writes: requestTerms, costNs: () => kernel.costs.syscallNs,
      run: () => { for (const column of REQUEST) column.set(T.request.v, 0); },
    },
    BI5: {
      title: 'release what end_io leaves to the submitter; the bio of the other iterator', to: ['BI2', 'done'],
      reads: DROP_READS, writes: [...DROP_TERMS, ...every(...PIECE)],
      run: go => {
        for (let piece = 0; piece < T.pieces.v; piece++) {
          const entry = bioPages.$.row(T.op.v, piece);
          if (bioPages.own.get(entry) !== 0) dropHold(bioPages.own.get(entry));
          for (const column of PIECE) column.set(entry, 0);
        }
        if (T.kernelPart.v === 1 || !areApart()) return done(T.moved.v * PAGE_BYTES);
        T.kernelPart.v = 1;
        return go.BI2;
      },
    },
  },
});
