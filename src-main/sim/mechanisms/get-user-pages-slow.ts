import { ERRNO } from '@shared/domain/errno';
import { holders, hosts, mappings, processes } from '@shared/state/tables';
import { emit } from '../engine/events';
import { answer } from '../engine/machine';
import { mechanism } from '../engine/mechanism';
import { at, every, frame, pagesAt } from '../engine/place';
import { call, done, fail, site, sleep } from '../engine/step';
import type { HoldKind } from '../policies/policy';
import { allows, LOOKUP_READS, mappingAt, mapsFrame, PTE } from './address-space';
import { takeHold, TAKE_READS, TAKE_TERMS } from './folio-counts';
import { pinNs } from './folios';
import { alikePages, frameAt, isPinUncounted, isZeroEntry, LOOK_READS } from './gup-frames';
import { isP2pFrame } from './memory-types';
import { allowsP2p, mustUnshare, P2P_READS, REFUSAL_READS, refusalOf } from './gup-rules';
import { pageFault } from './page-fault';
import { pieceOf } from './pieces';

/** As {@link getUserPages}; `cow` tells that the mapping is private. Answers how many pages are held, else an errno. */
const T = frame('process', 'vpn', 'pages', 'write', 'how', 'op', 'keeper', 'piece', 'force', 'cow', 'faultWrite', 'done', 'here', 'run', 'errno');

const faultIn = site(pageFault, T.process, T.here, T.run, T.faultWrite, T.cow);

const pte = pagesAt(processes.pte, T.process);
const mmapLock = at(processes.mmapLock, T.process);
const KINDS: readonly HoldKind[] = ['get', 'pin', 'longterm'];

const host = (): number => processes.host.get(T.process.v);
const here = (): number => T.vpn.v + T.done.v;
const kind = (): HoldKind => KINDS[T.how.v - 1];

/** A forced write goes to a copy that is the mapping's alone, whatever the entry allows (can_follow_write_pte()). */
function isOwnCopy(vpn: number): boolean {
  const pfn = frameAt(T.process.v, vpn);
  return T.cow.v === 1 && mapsFrame(pte.at(vpn)) && hosts.anon.at(host(), pfn) > 0 && hosts.exclusive.at(host(), pfn) === 1;
}

/** Whether a page is mapped as wanted. */
function isSuitable(vpn: number): boolean {
  const entry = pte.at(vpn);
  if (entry === PTE.write) return true;
  if (T.write.v === 1) return T.force.v === 1 && isOwnCopy(vpn);
  return allows(entry, false) && !mustUnshare(host(), frameAt(T.process.v, vpn), kind(), T.cow.v === 1);
}

/** Pages that the next grab takes. */
const alike = (): number => alikePages(host(), T.process.v, here(), T.pages.v, T.pages.v - T.done.v);

const isGone = (pfn: number, pages: number): boolean => !isZeroEntry(T.process.v, here()) && hosts.refs.find(host(), pfn, pfn + pages, refs => refs <= 0) >= 0;

/** __get_user_pages(): one pass over a range under mmap_lock, faulting in what is missing. */
export const getUserPagesSlow = mechanism({
  name: 'get-user-pages-slow',
  source: 'spec 1.4 GS1–GS4, 1.5; mm/gup.c __get_user_pages(), follow_page_pte(), faultin_page() (6.19)',
  frame: T,
  order: 'GS1 GS2 GS3 GS4 GS5 GS6',
  steps: {
    GS1: { title: 'slow: take mmap_lock shared', takes: mmapLock, shared: true },
    GS2: {
      title: 'slow: find the mapping and look at the entry', to: ['GS3', 'GS4', 'GS6'], reads: [...LOOK_READS, ...REFUSAL_READS],
      run: go => {
        if (T.done.v === T.pages.v) return go.GS6;
        T.errno.v = refusalOf(T.process.v, here(), { how: kind(), isWrite: T.write.v === 1, isForced: T.force.v === 1 });
        if (T.errno.v !== 0) return go.GS6;
        T.cow.v = mappings.shared.get(mappingAt(T.process.v, here())) === 1 ? 0 : 1;
        return isSuitable(here()) ? go.GS3 : go.GS4;
      },
    },
    GS3: {
      title: 'slow: take references or pins under the page-table lock', reads: [...P2P_READS, ...LOOK_READS, ...TAKE_READS, ...every(hosts.refs)], writes: TAKE_TERMS, to: ['GS2', 'GS6'],
      run: go => {
        if (!isSuitable(here())) return go.GS2;
        const pfn = frameAt(T.process.v, here());
        T.run.v = alike();
        if (isP2pFrame(pfn) && !allowsP2p(T.keeper.v)) {
          T.errno.v = ERRNO.EREMOTEIO;
          return go.GS6;
        }
        if (isGone(pfn, T.run.v)) {
          T.errno.v = ERRNO.ENOMEM;
          return go.GS6;
        }
        if (kind() === 'get' || !isPinUncounted(T.process.v, here())) {
          takeHold(holders.$.row(T.op.v, T.piece.v), host(), pfn, T.run.v, kind(), T.keeper.v);
          holders.vpnFirst.set(holders.$.row(T.op.v, T.piece.v), here());
          T.piece.v += 1;
        }
        T.done.v += T.run.v;
        return sleep(pinNs(host(), pfn, T.run.v), go.GS2);
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
        T.faultWrite.v = T.write.v === 1 || allows(pte.at(here()), false) ? 1 : 0;
        T.here.v = here();
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
