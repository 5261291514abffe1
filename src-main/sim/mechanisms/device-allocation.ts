import { ERRNO } from '@shared/domain/errno';
import type { Row } from '@shared/state/dictionary';
import { holders, hosts } from '@shared/state/tables';
import { mechanism } from '../engine/mechanism';
import { every, frame } from '../engine/place';
import { done, fail } from '../engine/step';
import { kernel } from '../kernel';
import { DEVICE_FREE_READS, freeDeviceFrames, handOut, HAND_OUT_TERMS, memoryOfGpu } from './device-memory';
import { TAKE_READS, TAKE_TERMS, takeHold } from './folio-counts';
import { PMD_PAGES } from './folios';
import { nextPiece } from './get-user-pages';
import { USE, type FrameRun } from './frames';
import { noteUse, USE_READS, USE_TERMS } from './pgmap';

/** Pages of a device that a driver has for itself: a hold, as it keeps what it allocated, for a keeper if there is one. */
export function keepDeviceFrames(hold: Row, host: Row, run: FrameRun, keeper = 0): void {
  handOut(host, run, 0, 0);
  hosts.locked.assign(host, run.pfn, run.pages, 0);
  hosts.moving.add(host, run.pfn, run.pages, -1);
  hosts.refs.add(host, run.pfn, run.pages, -1);
  takeHold(hold, host, run.pfn, run.pages, 'get', keeper);
}

/** What {@link keepDeviceFrames} reads and writes. */
export const KEEP_READS = [...DEVICE_FREE_READS, ...TAKE_READS, ...USE_READS, ...every(holders.how)];
export const KEEP_TERMS = [...HAND_OUT_TERMS, ...TAKE_TERMS, ...USE_TERMS];

const T = frame('op', 'host', 'gpu', 'count');

/** A driver takes pages of its device. ENOMEM where there are none, or where the memory is taken down (since 5.18). Answers pages. */
export const allocateDevicePages = mechanism({
  name: 'allocate-device-pages',
  source: 'spec 2.2, 2.3; lib/test_hmm.c dmirror_devmem_alloc_page(), mm/memremap.c zone_device_page_init() (6.19)',
  frame: T,
  order: 'DA1',
  steps: {
    DA1: {
      title: 'take pages', reads: KEEP_READS, writes: KEEP_TERMS, to: ['done'], costNs: () => kernel.costs.syscallNs,
      run: () => {
        const run = freeDeviceFrames(T.host.v, T.gpu.v, T.count.v, 0);
        if (run === null) return fail(ERRNO.ENOMEM);
        keepDeviceFrames(holders.$.row(T.op.v, nextPiece(T.op.v)), T.host.v, run);
        noteUse(run.pfn);
        return done(run.pages);
      },
    },
  },
});

const F = frame('op', 'host', 'gpu', 'taken');

/** Takes the first page of each 2 MiB that is wholly free. Answers how many. */
export const setAsideDevicePages = mechanism({
  name: 'fill-device',
  source: 'lib/test_hmm.c HMM_DMIRROR_FLAG_FAIL_ALLOC (6.19)',
  frame: F,
  order: 'DF1',
  steps: {
    DF1: {
      title: 'take a page of each 2 MiB', reads: [...KEEP_READS, ...every(hosts.use)], writes: KEEP_TERMS, to: ['done'], costNs: () => kernel.costs.syscallNs,
      run: () => {
        const { firstPfn, pageCount } = memoryOfGpu(F.gpu.v);
        for (let pfn = Math.ceil(firstPfn / PMD_PAGES) * PMD_PAGES; pfn + PMD_PAGES <= firstPfn + pageCount; pfn += PMD_PAGES) {
          if (hosts.use.find(F.host.v, pfn, pfn + PMD_PAGES, use => use !== USE.free) >= 0) continue;
          keepDeviceFrames(holders.$.row(F.op.v, nextPiece(F.op.v)), F.host.v, { pfn, pages: 1 });
          F.taken.v += 1;
        }
        return done(F.taken.v);
      },
    },
  },
});
