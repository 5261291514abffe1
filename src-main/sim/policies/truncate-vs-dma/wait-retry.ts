import { ERRNO } from '@shared/domain/errno';
import { source } from '@shared/domain/source';
import { actors, files, filesystems, hosts } from '@shared/state/tables';
import { emit } from '../../engine/events';
import { machine } from '../../engine/machine';
import { mechanism } from '../../engine/mechanism';
import { at, every, frame, pagesAt } from '../../engine/place';
import { call, done, fail, site } from '../../engine/step';
import { kernel } from '../../kernel';
import { PTE_TERMS, unmapFile, UNMAP_FILE_READS } from '../../mechanisms/address-space';
import { isIdle } from '../../mechanisms/folio-counts';
import { BUSY_READS, deleteEntries, firstBusyIndex, removeBlocks } from '../../mechanisms/remove-blocks';
import type { TruncateVsDma } from '../policy';

const T = frame('file', 'first', 'pages', 'op', 'pfn', 'isCarriedOut');
const iolock = at(files.iolock, T.file);
const invlock = at(files.invlock, T.file);
const entry = pagesAt(files.entry, T.file);
const entryLock = pagesAt(files.entryLock, T.file);
const remove = site(removeBlocks, T.file, T.first, T.pages, T.op);

const host = (): number => filesystems.host.get(files.fs.get(T.file.v));
/** Shipped kernels look at the whole file, virtio-fs at the range of the operation (spec 4.5, knob scanRange). */
const isWholeFile = (): boolean => kernel.policy.knobs.scanRange === 'whole-file';
const scanFirst = (): number => (isWholeFile() ? 0 : T.first.v);
const scanEnd = (): number => (isWholeFile() ? Number.MAX_SAFE_INTEGER : T.first.v + T.pages.v);

const layoutOperation = mechanism({
  name: 'layout/wait-retry',
  source: 'spec 4.5 W1–W9; fs/dax.c dax_break_layout(), fs/xfs/xfs_inode.c xfs_break_layouts() (6.19)',
  frame: T,
  order: 'W1 W2 W3 W4 W5 W5s W6 W7 W9 W10',
  steps: {
    W1: { title: 'take iolock', takes: iolock },
    W2: { title: 'take invalidate_lock', takes: invlock },
    W3: {
      title: 'unmap the whole file', reads: UNMAP_FILE_READS, writes: PTE_TERMS, costNs: () => kernel.costs.unmapNs,
      run: () => { unmapFile(T.file.v, scanFirst(), scanEnd()); },
    },
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
    W5: { title: 'drop invalidate_lock', drops: [invlock] },
    W5s: {
      title: 'sleep until the page is idle', when: () => isIdle(host(), T.pfn.v), waitsFor: { kind: 'page-idle', pfn: 'pfn' }, interruptible: 'signal',
      reads: every(hosts.refs), forgets: [T.pfn], costNs: () => kernel.costs.wakeNs,
    },
    W6: {
      title: 'retake invalidate_lock, start over unless a signal came', takes: invlock, reads: every(actors.signal, actors.dead), to: ['W3', 'W10'],
      run: go => {
        if (actors.signal.get(machine.self) !== 0 || actors.dead.get(machine.self) === 1) return go.W10;
        emit('layout-retry', T.file.v);
        return go.W3;
      },
    },
    W7: {
      title: 'delete idle DAX entries (6.15+)', reads: [entry, ...every(files.blockDelta)], writes: [entry, ...every(hosts.mapping)],
      run: () => { if (kernel.policy.zoneDeviceRefcount.breakDeletesEntries) deleteEntries(T.file.v, scanFirst(), scanEnd()); },
    },
    W9: { title: 'carry the operation out', calls: [remove], run: () => { T.isCarriedOut.v = 1; return call(remove); } },
    W10: {
      title: 'drop both locks and return', drops: [invlock, iolock], to: ['done'],
      run: () => (T.isCarriedOut.v === 1 ? done() : fail(ERRNO.EINTR)),
    },
  },
});

export const waitRetry: TruncateVsDma = {
  axis: 'truncate-vs-dma',
  id: 'wait-retry',
  title: 'Waits without the fault lock until pages are idle, then starts over',
  doc: 'Unmaps the file, looks for a page that is referenced, sleeps until it is idle with only iolock held, and begins again. There is no bound and no fairness.',
  era: 'XFS 4.18, ext4 4.20 and later',
  source: source('fs/dax.c dax_break_layout() (6.19); 4.15 compared with 4.20; spec 4.5', 'V', 'O'),
  layoutOperation,
  keepsBusyBlocks: false,
};

