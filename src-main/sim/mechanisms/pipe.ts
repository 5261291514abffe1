import { ERRNO } from '@shared/domain/errno';
import { arena } from '@shared/state/arena';
import type { Row } from '@shared/state/dictionary';
import { holders, hosts, pipes } from '@shared/state/tables';
import { answer } from '../engine/machine';
import { mechanism } from '../engine/mechanism';
import { at, every, frame } from '../engine/place';
import { call, done, fail, site } from '../engine/step';
import { kernel } from '../kernel';
import { COUNT_READS, COUNT_TERMS, dropHold, howWord } from './folio-counts';
import { getUserPages } from './get-user-pages';

const V = frame('op', 'process', 'vpn', 'pages', 'pipe');
const take = site(getUserPages, V.process, V.vpn, V.pages, 0, howWord('get'), V.op, V.pipe);

/** vmsplice(2): the pages themselves go into the pipe, held by plain references until it is read or closed (spec 4.5). */
export const vmsplice = mechanism({
  name: 'vmsplice',
  source: 'spec 1.4; fs/splice.c iter_to_pipe() (6.19)',
  frame: V,
  order: 'VS1 VS2',
  steps: {
    VS1: {
      title: 'take references on the pages', reads: [at(pipes.closed, V.pipe)], calls: [take], to: ['done'], costNs: () => kernel.costs.syscallNs,
      run: () => (pipes.closed.get(V.pipe.v) === 1 ? fail(ERRNO.EBADF) : call(take)),
    },
    VS2: {
      title: 'put the pages into the pipe', reads: [at(pipes.pageCount, V.pipe)], writes: [at(pipes.pageCount, V.pipe)], to: ['done'],
      run: () => {
        if (answer.result < 0) return fail(answer.errno);
        pipes.pageCount.set(V.pipe.v, pipes.pageCount.get(V.pipe.v) + answer.result);
        return done(answer.result);
      },
    },
  },
});

const R = frame('pipe', 'closes', 'pages');

/** The oldest hold that the pipe keeps; 0 if it is empty. */
function firstBuffer(pipe: Row): Row {
  return holders.$.rows(arena).find(holder => holders.how.get(holder) !== 0 && holders.keeper.get(holder) === pipe) ?? 0;
}

/** read(2) of all that is in a pipe, or close(2) of its last end: every buffer is released. Answers pages. */
export const drainPipe = mechanism({
  name: 'drain-pipe',
  source: 'fs/pipe.c pipe_read(), generic_pipe_buf_release() (6.19)',
  frame: R,
  order: 'RP1 RP2',
  steps: {
    RP1: {
      title: 'read and release one buffer',
      reads: [...COUNT_READS, at(pipes.pageCount, R.pipe), ...every(hosts.content)], writes: [...COUNT_TERMS, at(pipes.pageCount, R.pipe)],
      run: () => {
        const holder = firstBuffer(R.pipe.v);
        if (holder === 0) return;
        const pages = holders.pageCount.get(holder);
        R.pages.v += pages;
        pipes.pageCount.set(R.pipe.v, pipes.pageCount.get(R.pipe.v) - pages);
        dropHold(holder);
      },
      again: () => firstBuffer(R.pipe.v) !== 0,
    },
    RP2: {
      title: 'return', writes: [at(pipes.closed, R.pipe)], to: ['done'],
      run: () => {
        if (R.closes.v === 1) pipes.closed.set(R.pipe.v, 1);
        return done(R.pages.v);
      },
    },
  },
});
