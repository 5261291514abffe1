import { source } from '@shared/domain/source';
import { files } from '@shared/state/tables';
import { answer } from '../../engine/machine';
import { mechanism } from '../../engine/mechanism';
import { at, frame } from '../../engine/place';
import { call, done, fail, site } from '../../engine/step';
import { changeLayout } from '../../mechanisms/change-layout';
import { unmapStep } from '../../mechanisms/unmap-step';
import type { TruncateVsDma } from '../policy';

const T = frame('file', 'first', 'pages', 'op');
const iolock = at(files.iolock, T.file);
const invlock = at(files.invlock, T.file);
const remove = site(changeLayout, T.file, T.first, T.pages, T.op);

const layoutOperation = mechanism({
  name: 'layout/busy-extent',
  source: 'spec 4.6 B1–B3; thread of 30 Oct 2017, Hellwig’s first idea and Chinner’s design',
  frame: T,
  order: 'B1 B1b B2 B3 B3u',
  steps: {
    B1: { title: 'take iolock', takes: iolock },
    B1b: { title: 'take invalidate_lock', takes: invlock },
    B2: unmapStep('B2', 'unmap the range', T.file, [{ first: T.first, pages: T.pages }]),
    B3: { title: 'free the extents, held ones as busy', calls: [remove], run: () => call(remove) },
    B3u: { title: 'drop both locks and return at once', drops: [invlock, iolock], to: ['done'], run: () => (answer.result < 0 ? fail(answer.errno) : done()) },
  },
});

export const busyExtent: TruncateVsDma = {
  axis: 'truncate-vs-dma',
  id: 'busy-extent',
  title: 'Frees at once, but keeps held blocks on the busy list',
  doc: 'Removal never blocks; only reuse is delayed, until the last device lets go of the extent. Until then statfs counts space that nobody can allocate.',
  era: 'proposed 2017, never merged for DMA',
  source: source('thread of 30 Oct 2017 (Hellwig, Chinner); base: fs/xfs/xfs_extent_busy.c (6.19); spec 4.6', 'S', 'V', 'X'),
  layoutOperation,
  keepsBusyBlocks: true,
  onShare: 'wait-by-default',
  onEviction: 'free',
};
