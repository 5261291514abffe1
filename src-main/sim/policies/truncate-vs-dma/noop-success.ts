import { source } from '@shared/domain/source';
import { files } from '@shared/state/tables';
import { answer } from '../../engine/machine';
import { mechanism } from '../../engine/mechanism';
import { at, frame, pagesAt } from '../../engine/place';
import { call, done, fail, site } from '../../engine/step';
import { kernel } from '../../kernel';
import { changeLayout } from '../../mechanisms/change-layout';
import { BUSY_READS, firstBusyIndex } from '../../mechanisms/remove-blocks';
import { unmapStep } from '../../mechanisms/unmap-step';
import type { TruncateVsDma } from '../policy';

const T = frame('file', 'first', 'pages', 'op');
const iolock = at(files.iolock, T.file);
const invlock = at(files.invlock, T.file);
const entryLock = pagesAt(files.entryLock, T.file);
const remove = site(changeLayout, T.file, T.first, T.pages, T.op);

const layoutOperation = mechanism({
  name: 'layout/noop-success',
  source: 'spec 4.8; thread of 8 Feb 2019, Lameter’s continuous-write view',
  frame: T,
  order: 'Y1 Y1b Y2 Y3 Y4 Y4u Y5',
  steps: {
    Y1: { title: 'take iolock', takes: iolock },
    Y1b: { title: 'take invalidate_lock', takes: invlock },
    Y2: unmapStep('Y2', 'unmap the range', T.file, [{ first: T.first, pages: T.pages }]),
    Y3: {
      title: 'scan for a page that is held', when: () => entryLock.find(0, Number.MAX_SAFE_INTEGER, holder => holder !== 0) < 0,
      waitsFor: { kind: 'entry', file: 'file', index: 'first' },
      reads: [...BUSY_READS, entryLock], to: ['Y4', 'Y5'], costNs: () => kernel.costs.scanNs,
      run: go => (firstBusyIndex(T.file.v, T.first.v, T.first.v + T.pages.v) < 0 ? go.Y4 : go.Y5),
    },
    Y4: { title: 'carry the operation out', calls: [remove], run: () => call(remove) },
    Y4u: { title: 'drop both locks and return', drops: [invlock, iolock], to: ['done'], run: () => (answer.result < 0 ? fail(answer.errno) : done()) },
    Y5: { title: 'drop both locks and return success', drops: [invlock, iolock], to: ['done'], run: () => done() },
  },
});

export const noopSuccess: TruncateVsDma = {
  axis: 'truncate-vs-dma',
  id: 'noop-success',
  title: 'Returns success and does nothing',
  doc: 'A layout operation on held pages says it succeeded and leaves size and blocks as they are.',
  era: 'proposed 2019',
  source: source('thread of 8 Feb 2019 (Lameter, quoted by Gunthorpe); spec 4.8', 'S'),
  layoutOperation,
  keepsBusyBlocks: false,
  onShare: 'pretend',
  onEviction: 'by-era',
};
