import { ERRNO } from '@shared/domain/errno';
import { files, filesystems } from '@shared/state/tables';
import { emit } from '../engine/events';
import { mechanism } from '../engine/mechanism';
import { at, frame, pagesAt } from '../engine/place';
import { done, fail } from '../engine/step';
import { kernel } from '../kernel';
import { isIdle } from './folio-counts';
import { beginSleep, isWoken, WAKEUP_READS, WAKEUP_TERMS } from './lost-wakeup';
import { BUSY_READS, deleteEntries, ENTRY_READS, ENTRY_TERMS, firstBusyIndex } from './remove-blocks';
import { unmapStep, WHOLE_FILE, type FilePart } from './unmap-step';

const T = frame('file', 'first', 'pages', 'pfn', 'isInterrupted');
const invlock = at(files.invlock, T.file);
const entryLock = pagesAt(files.entryLock, T.file);

const host = (): number => filesystems.host.get(files.fs.get(T.file.v));
/** Shipped kernels look at the whole file, virtio-fs at the range of the operation (spec 4.5, knob scanRange). */
const isWholeFile = (): boolean => kernel.policy.knobs.scanRange === 'whole-file';
const scanFirst = (): number => (isWholeFile() ? 0 : T.first.v);
const scanEnd = (): number => (isWholeFile() ? Number.MAX_SAFE_INTEGER : T.first.v + T.pages.v);
const RANGE: FilePart = { first: T.first, pages: T.pages };
const isPageIdle = (): boolean => isIdle(host(), T.pfn.v);

/**
 * Breaks the DAX layout: the caller holds iolock and invalidate_lock and gets them back held, every page of the scan idle.
 * Answers EINTR if a signal came while a page was still held. The wait tests the page before the signal, so a page that is idle
 * when the signal arrives goes on (include/linux/wait.h ___wait_event()).
 */
export const layoutBreak = mechanism({
  name: 'layout-break',
  source: 'spec 4.5 W3–W7; fs/dax.c dax_break_layout(), fs/xfs/xfs_inode.c xfs_break_layouts() (6.19)',
  frame: T,
  order: 'W3 W4 W5 W5s W6 W7',
  steps: {
    W3: unmapStep('W3', 'unmap the whole file', T.file, [WHOLE_FILE, RANGE], () => (isWholeFile() ? WHOLE_FILE : RANGE)),
    W4: {
      title: 'scan for a busy page', when: () => entryLock.find(scanFirst(), scanEnd(), holder => holder !== 0) < 0,
      waitsFor: { kind: 'entry', file: 'file', index: 'first' },
      reads: [...BUSY_READS, entryLock], to: ['W5', 'W7'], costNs: () => kernel.costs.scanNs,
      run: go => {
        const busy = firstBusyIndex(T.file.v, scanFirst(), scanEnd());
        if (busy < 0) return go.W7;
        T.pfn.v = busy + files.blockDelta.at(T.file.v, busy);
        emit('layout-wait', T.file.v, T.pfn.v);
        return go.W5;
      },
    },
    W5: {
      title: 'drop invalidate_lock', drops: [invlock], reads: WAKEUP_READS, writes: WAKEUP_TERMS, to: ['W6'],
      run: go => (beginSleep(host(), T.pfn.v) === 'sleep' ? undefined : go.W6),
    },
    W5s: {
      title: 'sleep until the page is idle', when: () => isWoken(host(), T.pfn.v), waitsFor: { kind: 'page-idle', pfn: 'pfn' }, interruptible: 'signal',
      reads: WAKEUP_READS, forgets: [T.pfn], costNs: () => kernel.costs.wakeNs,
      run: () => { T.isInterrupted.v = isPageIdle() ? 0 : 1; },
    },
    W6: {
      title: 'retake invalidate_lock, start over unless a signal came', takes: invlock, to: ['W3', 'done'],
      run: go => {
        if (T.isInterrupted.v === 1) return fail(ERRNO.EINTR);
        emit('layout-retry', T.file.v);
        return go.W3;
      },
    },
    W7: {
      title: 'delete idle DAX entries (6.15+)', reads: ENTRY_READS, writes: ENTRY_TERMS, to: ['done'],
      run: () => {
        if (kernel.policy.zoneDeviceRefcount.breakDeletesEntries) deleteEntries(T.file.v, scanFirst(), scanEnd());
        return done();
      },
    },
  },
});
