import { ERRNO } from '@shared/domain/errno';
import { source } from '@shared/domain/source';
import { files, filesystems, hosts } from '@shared/state/tables';
import { emit } from '../../engine/events';
import { assume } from '../../engine/assume';
import { answer } from '../../engine/machine';
import { mechanism } from '../../engine/mechanism';
import { at, every, frame, pagesAt } from '../../engine/place';
import { call, done, fail, site } from '../../engine/step';
import { kernel } from '../../kernel';
import { layoutBreak } from '../../mechanisms/layout-break';
import { changeLayout } from '../../mechanisms/change-layout';
import { BUSY_READS, firstBusyIndex, forEachBlockRun } from '../../mechanisms/remove-blocks';
import { unmapStep } from '../../mechanisms/unmap-step';
import type { TruncateVsDma } from '../policy';

const T = frame('file', 'first', 'pages', 'op', 'errno');
const iolock = at(files.iolock, T.file);
const invlock = at(files.invlock, T.file);
const entryLock = pagesAt(files.entryLock, T.file);
const breakLayout = site(layoutBreak, T.file, T.first, T.pages);
const remove = site(changeLayout, T.file, T.first, T.pages, T.op);
const host = (): number => filesystems.host.get(files.fs.get(T.file.v));
const end = (): number => T.first.v + T.pages.v;

/** First frame of the range that was pinned for the long term with the file system’s knowledge; −1 if there is none. */
function firstLongterm(): number {
  let found = -1;
  forEachBlockRun(T.file.v, T.first.v, end(), (_index, pfn, pages) => {
    if (found < 0) found = hosts.longterm.find(host(), pfn, pfn + pages, pins => pins > 0);
  });
  return found;
}

const layoutOperation = mechanism({
  name: 'layout/fail-etxtbsy',
  source: 'spec 4.7 X1–X4; thread of 8 Feb 2019, Gunthorpe and Ledford',
  frame: T,
  order: 'X1 X1b X2 X3 X5 X6 X4 X7 X8',
  steps: {
    X1: { title: 'take iolock', takes: iolock },
    X1b: { title: 'take invalidate_lock', takes: invlock },
    X2: unmapStep('X2', 'unmap the range', T.file, [{ first: T.first, pages: T.pages }]),
    X3: {
      title: 'scan for a page that is held', when: () => entryLock.find(0, Number.MAX_SAFE_INTEGER, holder => holder !== 0) < 0,
      waitsFor: { kind: 'entry', file: 'file', index: 'first' },
      reads: [...BUSY_READS, entryLock, ...every(hosts.longterm, files.kind)], to: ['X4', 'X5', 'X8'], costNs: () => kernel.costs.scanNs,
      run: go => {
        // The thread leaves the scope open: what a short hold does is this lab's choice.
        if (firstBusyIndex(T.file.v, T.first.v, end()) >= 0) assume();
        if (kernel.policy.knobs.etxtbsyScope === 'longterm-only') return refuses(firstLongterm()) ? go.X8 : go.X5;
        const busy = firstBusyIndex(T.file.v, T.first.v, end());
        return refuses(busy < 0 ? -1 : busy + files.blockDelta.at(T.file.v, busy)) ? go.X8 : go.X4;
      },
    },
    X5: { title: 'short holds are waited for', calls: [breakLayout], run: () => call(breakLayout) },
    X6: {
      title: 'take the answer; a long-term pin may have come meanwhile', reads: every(hosts.longterm, files.kind, files.blockDelta), to: ['X4', 'X8'],
      run: go => {
        T.errno.v = answer.errno;
        return T.errno.v !== 0 || refuses(firstLongterm()) ? go.X8 : go.X4;
      },
    },
    X4: { title: 'carry the operation out', calls: [remove], run: () => call(remove) },
    X7: { title: 'drop both locks and return', drops: [invlock, iolock], to: ['done'], run: () => (answer.result < 0 ? fail(answer.errno) : done()) },
    X8: { title: 'drop both locks and refuse', drops: [invlock, iolock], to: ['done'], run: () => fail(T.errno.v) },
  },
});

/** Notes that a held frame refuses the operation; −1 is none. */
function refuses(pfn: number): boolean {
  if (pfn < 0) return false;
  T.errno.v = ERRNO.ETXTBSY;
  emit('layout-refused', T.file.v, pfn, ERRNO.ETXTBSY);
  return true;
}

export const failEtxtbsy: TruncateVsDma = {
  axis: 'truncate-vs-dma',
  id: 'fail-etxtbsy',
  title: 'Refuses with ETXTBSY',
  doc: 'A layout operation on pages that are pinned for the long term fails and changes nothing, as for an active swap file. The thread does not say what short holds do; here they are waited for unless the knob etxtbsyScope says any-ref.',
  era: 'proposed 2019',
  source: source('thread of 8 Feb 2019 (Gunthorpe, Ledford); scope open in the thread; spec 4.7', 'S', 'X', 'unknown'),
  layoutOperation,
  keepsBusyBlocks: false,
  onShare: 'refuse',
  onEviction: 'wait-by-default',
};
