import { source } from '@shared/domain/source';
import { files } from '@shared/state/tables';
import { answer } from '../../engine/machine';
import { mechanism } from '../../engine/mechanism';
import { at, frame } from '../../engine/place';
import { call, done, fail, site } from '../../engine/step';
import { layoutBreak } from '../../mechanisms/layout-break';
import { changeLayout } from '../../mechanisms/change-layout';
import type { TruncateVsDma } from '../policy';

const T = frame('file', 'first', 'pages', 'op');
const iolock = at(files.iolock, T.file);
const invlock = at(files.invlock, T.file);
const breakLayout = site(layoutBreak, T.file, T.first, T.pages);
const remove = site(changeLayout, T.file, T.first, T.pages, T.op);

const layoutOperation = mechanism({
  name: 'layout/wait-retry',
  source: 'spec 4.5 W1–W9; fs/xfs/xfs_file.c, fs/ext4/inode.c ext4_break_layouts() (6.19)',
  frame: T,
  order: 'W1 W2 W9 W10',
  steps: {
    W1: { title: 'take iolock', takes: iolock },
    W2: { title: 'take invalidate_lock and break the layout', takes: invlock, calls: [breakLayout], run: () => call(breakLayout) },
    W9: {
      title: 'carry the operation out', calls: [remove], to: ['W10'],
      run: go => (answer.errno === 0 ? call(remove) : go.W10),
    },
    W10: { title: 'drop both locks and return', drops: [invlock, iolock], to: ['done'], run: () => (answer.result < 0 ? fail(answer.errno) : done()) },
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
  onShare: 'wait',
  onEviction: 'by-era',
};

