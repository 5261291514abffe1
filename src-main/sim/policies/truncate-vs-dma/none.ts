import { source } from '@shared/domain/source';
import { files } from '@shared/state/tables';
import { answer } from '../../engine/machine';
import { mechanism } from '../../engine/mechanism';
import { at, frame } from '../../engine/place';
import { call, done, fail, site } from '../../engine/step';
import { changeLayout } from '../../mechanisms/change-layout';
import type { TruncateVsDma } from '../policy';

const T = frame('file', 'first', 'pages', 'op');
const iolock = at(files.iolock, T.file);
const invlock = at(files.invlock, T.file);
const remove = site(changeLayout, T.file, T.first, T.pages, T.op);

const layoutOperation = mechanism({
  name: 'layout/none',
  source: 'spec 4.3 N1–N5; fs/xfs/xfs_iops.c xfs_setattr_size() (4.15)',
  frame: T,
  order: 'N1 N1b N6',
  steps: {
    N1: { title: 'take iolock', takes: iolock },
    N1b: { title: 'take invalidate_lock', takes: invlock, calls: [remove], run: () => call(remove) },
    N6: { title: 'drop both locks and return', drops: [invlock, iolock], to: ['done'], run: () => (answer.result < 0 ? fail(answer.errno) : done()) },
  },
});

export const none: TruncateVsDma = {
  axis: 'truncate-vs-dma',
  id: 'none',
  title: 'Frees blocks whatever a device does',
  doc: 'Truncate and punch never look at references. A block that a device still writes to is free, and soon part of another file.',
  era: 'XFS up to 4.17, ext4 up to 4.19',
  source: source('fs/xfs, fs/ext4 (4.15 compared with 4.20); spec 4.3', 'V'),
  layoutOperation,
  keepsBusyBlocks: false,
  onShare: 'go-on',
  onEviction: 'by-era',
};
