import { ERRNO } from '@shared/domain/errno';
import { counters, holders, requests } from '@shared/state/tables';
import { PAGE_BYTES } from '@shared/units/pages';
import { emit } from '../engine/events';
import { answer } from '../engine/machine';
import { mechanism } from '../engine/mechanism';
import { at, every, frame } from '../engine/place';
import { call, done, fail, site } from '../engine/step';
import { kernel } from '../kernel';
import { counterRow, howWord } from './folio-counts';
import { getUserPages, piecesOf } from './get-user-pages';

/** `write` is 1 where the drive writes into the buffer (an O_DIRECT read); `request` is the one of `op`. Answers bytes moved. */
const T = frame('op', 'process', 'vpn', 'pages', 'write', 'drive', 'request', 'forgetsDirty', 'endIo', 'how');

const requestTerms = [requests.state, requests.device, requests.pages, requests.pieces, requests.done, requests.intoMemory, requests.forgetsDirty, requests.endIo].map(column => at(column, T.request));
const pin = site(getUserPages, T.process, T.vpn, T.pages, T.write, T.how, T.op, T.request);

/** One O_DIRECT request: hold the buffer, hand it to the drive, sleep until the completion let go of it. */
export const directIo = mechanism({
  name: 'direct-io',
  source: 'spec 9.4 DI1–DI6; fs/iomap/direct-io.c, block/bio.c bio_iov_iter_get_pages() (6.19)',
  frame: T,
  order: 'DI1 DI3 DI4',
  steps: {
    DI1: {
      title: 'hold the buffer', writes: [at(requests.state, T.request), at(requests.device, T.request)], calls: [pin], costNs: () => kernel.costs.syscallNs,
      run: () => {
        requests.state.set(T.request.v, requests.state.valueOf('pinning'));
        requests.device.set(T.request.v, T.drive.v);
        T.how.v = howWord(kernel.policy.bioCompletion.directIoHold);
        return call(pin);
      },
    },
    DI3: {
      title: 'submit the request', to: ['done'],
      reads: every(holders.how), writes: requestTerms.filter(({ column }) => column !== requests.done),
      run: () => {
        if (answer.result <= 0) {
          requests.state.set(T.request.v, 0);
          requests.device.set(T.request.v, 0);
          return fail(answer.result < 0 ? answer.errno : ERRNO.EFAULT);
        }
        requests.state.set(T.request.v, requests.state.valueOf('submitted'));
        requests.pages.set(T.request.v, answer.result);
        requests.pieces.set(T.request.v, piecesOf(T.op.v));
        requests.intoMemory.set(T.request.v, T.write.v);
        requests.forgetsDirty.set(T.request.v, T.forgetsDirty.v);
        requests.endIo.set(T.request.v, T.endIo.v);
        counters.order.set(counterRow(), counters.order.get(counterRow()) + 1);
        requests.order.set(T.request.v, counters.order.get(counterRow()));
        emit('request-submitted', T.op.v, answer.result);
      },
    },
    DI4: {
      title: 'sleep until the completion', when: () => requests.state.get(T.request.v) === requests.state.valueOf('landed'),
      waitsFor: { kind: 'request', op: 'op' }, to: ['done'],
      writes: requestTerms,
      costNs: () => kernel.costs.syscallNs,
      run: () => {
        const pages = requests.pages.get(T.request.v);
        for (const column of [requests.state, requests.device, requests.pages, requests.pieces, requests.done, requests.intoMemory, requests.forgetsDirty, requests.endIo]) column.set(T.request.v, 0);
        return done(pages * PAGE_BYTES);
      },
    },
  },
});
