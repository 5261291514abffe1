import { ERRNO } from '@shared/domain/errno';
import { arena } from '@shared/state/arena';
import type { Row } from '@shared/state/dictionary';
import { holders, pipes } from '@shared/state/tables';
import { PAGE_BYTES } from '@shared/units/pages';
import { answer } from '../engine/machine';
import { mechanism } from '../engine/mechanism';
import { at, every, frame } from '../engine/place';
import { call, done, fail, site } from '../engine/step';
import { kernel } from '../kernel';
import { DROP_READS, DROP_TERMS, dropHold, howWord } from './folio-counts';
import { getUserPages, nextPiece, ownHold } from './get-user-pages';

const V = frame('op', 'process', 'vpn', 'pages', 'pipe', 'piece');
const take = site(getUserPages, V.process, V.vpn, V.pages, 0, howWord('get'), V.op, 0, V.piece);

/** vmsplice(2): the pages themselves go into the pipe, held by plain references until it is read or closed (spec 4.5). Answers bytes. */
export const vmsplice = mechanism({
  name: 'vmsplice',
  source: 'spec 1.4; fs/splice.c iter_to_pipe() (6.19)',
  frame: V,
  order: 'VS1 VS2 VS3 VS4',
  steps: {
    VS1: {
      title: 'take references on the pages', reads: [at(pipes.closed, V.pipe), ...every(holders.how)], calls: [take], to: ['done'],
      costNs: () => kernel.costs.syscallNs,
      run: () => {
        if (pipes.closed.get(V.pipe.v) === 1) return fail(ERRNO.EBADF);
        V.piece.v = nextPiece(V.op.v);
        return call(take);
      },
    },
    VS2: {
      title: 'put the pages into the pipe, unless it was closed meanwhile', to: ['VS3', 'VS4', 'done'],
      reads: [at(pipes.closed, V.pipe), at(pipes.pageCount, V.pipe), ...every(holders.how)], writes: [at(pipes.pageCount, V.pipe), ...every(holders.keeper)],
      run: go => {
        if (answer.result < 0) return fail(answer.errno);
        if (pipes.closed.get(V.pipe.v) === 1) return ownHold(V.op.v) === 0 ? go.VS4 : go.VS3;
        for (let hold = ownHold(V.op.v); hold !== 0; hold = ownHold(V.op.v)) holders.keeper.set(hold, V.pipe.v);
        pipes.pageCount.set(V.pipe.v, pipes.pageCount.get(V.pipe.v) + answer.result);
        return done(answer.result * PAGE_BYTES);
      },
    },
    VS3: {
      title: 'nobody will read: release one buffer', reads: DROP_READS, writes: DROP_TERMS,
      run: () => { dropHold(ownHold(V.op.v)); }, again: () => ownHold(V.op.v) !== 0,
    },
    VS4: { title: 'answer that the pipe is closed', to: ['done'], run: () => fail(ERRNO.EPIPE) },
  },
});

const R = frame('pipe', 'closes', 'pages');

/** The oldest hold that the pipe keeps; 0 if it is empty. */
function firstBuffer(pipe: Row): Row {
  return holders.$.rows(arena).find(holder => holders.how.get(holder) !== 0 && holders.keeper.get(holder) === pipe) ?? 0;
}

/** read(2) of all that is in a pipe, or close(2) of its last end: every buffer is released. Answers bytes. */
export const drainPipe = mechanism({
  name: 'drain-pipe',
  source: 'fs/pipe.c pipe_read(), generic_pipe_buf_release() (6.19)',
  frame: R,
  order: 'RP1 RP2',
  steps: {
    RP1: {
      title: 'read and release one buffer',
      reads: [...DROP_READS, at(pipes.pageCount, R.pipe)], writes: [...DROP_TERMS, at(pipes.pageCount, R.pipe), at(pipes.closed, R.pipe)],
      run: () => {
        // Closed before it is emptied, or what comes in behind the last look would stay for ever.
        if (R.closes.v === 1) pipes.closed.set(R.pipe.v, 1);
        const holder = firstBuffer(R.pipe.v);
        // Zero pages in the pipe are held by nothing.
        const pages = holder === 0 ? pipes.pageCount.get(R.pipe.v) : holders.pageCount.get(holder);
        R.pages.v += pages;
        pipes.pageCount.set(R.pipe.v, pipes.pageCount.get(R.pipe.v) - pages);
        if (holder !== 0) dropHold(holder);
      },
      again: () => pipes.pageCount.get(R.pipe.v) > 0,
    },
    RP2: {
      title: 'return', to: ['done'], run: () => done(R.pages.v * PAGE_BYTES),
    },
  },
});
