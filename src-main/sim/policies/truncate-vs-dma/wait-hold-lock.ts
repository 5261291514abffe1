import { source } from '@shared/domain/source';
import { files, filesystems, hosts } from '@shared/state/tables';
import { emit } from '../../engine/events';
import { answer } from '../../engine/machine';
import { mechanism } from '../../engine/mechanism';
import { at, every, frame, pagesAt } from '../../engine/place';
import { call, done, fail, site } from '../../engine/step';
import { kernel } from '../../kernel';
import { isIdle } from '../../mechanisms/folio-counts';
import { changeLayout } from '../../mechanisms/change-layout';
import { BUSY_READS, firstBusyIndex } from '../../mechanisms/remove-blocks';
import { unmapStep, WHOLE_FILE } from '../../mechanisms/unmap-step';
import type { TruncateVsDma } from '../policy';

const T = frame('file', 'first', 'pages', 'op', 'pfn');
const iolock = at(files.iolock, T.file);
const invlock = at(files.invlock, T.file);
const entryLock = pagesAt(files.entryLock, T.file);
const remove = site(changeLayout, T.file, T.first, T.pages, T.op);
const host = (): number => filesystems.host.get(files.fs.get(T.file.v));

const layoutOperation = mechanism({
  name: 'layout/wait-hold-lock',
  source: 'spec 4.4; thread of 30 Oct 2017, Jan Kara on waiting under the mmap lock of the file system',
  frame: T,
  order: 'H1 H2 H3 H4 H5 H9 H10',
  steps: {
    H1: { title: 'take iolock', takes: iolock },
    H2: { title: 'take invalidate_lock', takes: invlock },
    H3: unmapStep('H3', 'unmap the whole file', T.file, [WHOLE_FILE]),
    H4: {
      title: 'scan for a busy page', when: () => entryLock.find(0, Number.MAX_SAFE_INTEGER, holder => holder !== 0) < 0,
      waitsFor: { kind: 'entry', file: 'file', index: 'first' },
      reads: [...BUSY_READS, entryLock], to: ['H5', 'H9'], costNs: () => kernel.costs.scanNs,
      run: go => {
        const busy = firstBusyIndex(T.file.v, 0, Number.MAX_SAFE_INTEGER);
        if (busy < 0) return go.H9;
        T.pfn.v = busy + files.blockDelta.at(T.file.v, busy);
        emit('layout-wait', T.file.v, T.pfn.v);
        return go.H5;
      },
    },
    H5: {
      title: 'sleep with invalidate_lock held until the page is idle', when: () => isIdle(host(), T.pfn.v), waitsFor: { kind: 'page-idle', pfn: 'pfn' },
      reads: every(hosts.refs), to: ['H4'], forgets: [T.pfn], costNs: () => kernel.costs.wakeNs, run: go => go.H4,
    },
    H9: { title: 'carry the operation out', calls: [remove], run: () => call(remove) },
    H10: { title: 'drop both locks and return', drops: [invlock, iolock], to: ['done'], run: () => (answer.result < 0 ? fail(answer.errno) : done()) },
  },
});

export const waitHoldLock: TruncateVsDma = {
  axis: 'truncate-vs-dma',
  id: 'wait-hold-lock',
  title: 'Waits for idle pages with the fault lock held',
  doc: 'A strawman: get_user_pages that holds page A and must fault page B waits for the lock, and the lock’s owner waits for page A.',
  era: 'discussed 2017',
  source: source('thread of 30 Oct 2017 (Kara, with Williams); spec 4.4', 'S'),
  layoutOperation,
  keepsBusyBlocks: false,
  onShare: 'wait-by-default',
  onEviction: 'by-era',
};
