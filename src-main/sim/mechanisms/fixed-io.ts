import { ERRNO } from '@shared/domain/errno';
import { arena } from '@shared/state/arena';
import { buffers } from '@shared/state/buffer-tables';
import { holders, operations } from '@shared/state/tables';
import { PAGE_BYTES } from '@shared/units/pages';
import { machine } from '../engine/machine';
import { mechanism } from '../engine/mechanism';
import { at, every, frame } from '../engine/place';
import { done, fail } from '../engine/step';
import { kernel } from '../kernel';
import { ACCESS_READS, ACCESS_TERMS, noteAccess } from './device-access';

const T = frame('op', 'buffer', 'wrote', 'piece', 'pages');

const holds = (): readonly number[] => holders.$.rows(arena)
  .filter(holder => holders.op.get(holder) === buffers.op.get(T.buffer.v) && holders.how.get(holder) !== 0)
  .sort((a, b) => holders.piece.get(a) - holders.piece.get(b));

/**
 * I/O through a registered buffer (IORING_OP_READ_FIXED, WRITE_FIXED): the device moves the pages that were pinned when it was
 * registered, whatever is mapped there by now. Answers bytes.
 */
export const fixedIo = mechanism({
  name: 'fixed-io',
  source: 'io_uring/rsrc.c io_import_fixed() (6.19)',
  frame: T,
  order: 'FX1 FX2 FX3',
  steps: {
    FX1: { title: 'find the buffer', reads: [at(buffers.op, T.buffer), ...every(holders.how)], to: ['done'], costNs: () => kernel.costs.syscallNs, run: () => (holds().length === 0 ? fail(ERRNO.EFAULT) : undefined) },
    FX2: {
      title: 'move one piece by DMA', reads: [at(buffers.op, T.buffer), ...every(holders.how, holders.pfnFirst, holders.pageCount), ...ACCESS_READS], writes: ACCESS_TERMS,
      run: () => {
        const hold = holds()[T.piece.v];
        T.piece.v += 1;
        if (hold === undefined) return;
        const { tag } = kernel.operations[operations.nth.get(T.op.v)];
        noteAccess(machine.self, hold, holders.pfnFirst.get(hold), holders.pageCount.get(hold), T.wrote.v === 1, tag);
        T.pages.v += holders.pageCount.get(hold);
      },
      again: () => T.piece.v < holds().length,
    },
    FX3: { title: 'complete', to: ['done'], run: () => done(T.pages.v * PAGE_BYTES) },
  },
});
