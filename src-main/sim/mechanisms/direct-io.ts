import { ERRNO } from '@shared/domain/errno';
import { counters, holders, hosts, requests } from '@shared/state/tables';
import { PAGE_BYTES } from '@shared/units/pages';
import { emit } from '../engine/events';
import { answer } from '../engine/machine';
import { mechanism } from '../engine/mechanism';
import { at, every, frame } from '../engine/place';
import { call, done, fail, site } from '../engine/step';
import { kernel } from '../kernel';
import { BIO_READS, pieceAt, type BioPiece } from './bio';
import { addFragment, clearFragments, FRAGMENT_BYTES, FRAGMENT_TERMS } from './bio-fragments';
import { counterRow, DROP_READS, DROP_TERMS, dropHold, howWord } from './folio-counts';
import { getUserPages, piecesOf } from './get-user-pages';
import { isP2pFrame, memoryAt } from './memory-types';
import { p2pMap } from './p2p-map';
import { dirtyHeld, DIRTY_TERMS, firstTracked, HELD_READS } from './page-cache';

/**
 * `write` is 1 where the drive writes into the buffer (an O_DIRECT read); `request` is the one of `op`. A buffer of `fragments` (0: of
 * whole pages) is that many pieces of 512 bytes of its first page, the next beginning `stride` bytes behind. Answers bytes moved.
 */
const T = frame('op', 'process', 'vpn', 'pages', 'write', 'drive', 'request', 'forgetsDirty', 'endIo', 'fragments', 'stride', 'how', 'provider', 'client', 'added', 'piece', 'next', 'file', 'index', 'marked');

const submitTerms = [requests.state, requests.pages, requests.pieces, requests.intoMemory, requests.forgetsDirty, requests.endIo].map(column => at(column, T.request));
const requestTerms = [...submitTerms, ...[requests.device, requests.done, requests.peer].map(column => at(column, T.request))];
const pin = site(getUserPages, T.process, T.vpn, T.pages, T.write, T.how, T.op, T.request, T.next);
const map = site(p2pMap, T.provider, T.client, T.pages);

/** Node of the peer-to-peer memory that the buffer is; −1 where it is no such memory. A bio has pages of one provider only. */
function providerOfBuffer(): number {
  const first = piecesOf(T.op.v) === 0 ? 0 : holders.pfnFirst.get(holders.$.row(T.op.v, 0));
  return first !== 0 && isP2pFrame(first) ? kernel.nodes.indexOf(memoryAt(first).node) : -1;
}

const bufferPieces = (): readonly BioPiece[] => Array.from({ length: piecesOf(T.op.v) }, (_, piece) => pieceAt(T.request.v, piece));
const isBufferFree = (): boolean => bufferPieces().every(({ host, pfn, pages }) => hosts.locked.find(host, pfn, pfn + pages, locked => locked !== 0) < 0);

/** Whether pages of a file are in the buffer whose file system has to know that they become dirty: bio_set_pages_dirty() is for those. */
function findTracked(): boolean {
  for (const { host, pfn, pages } of bufferPieces()) {
    const first = firstTracked(host, pfn, pages);
    if (first === null) continue;
    T.file.v = first.file;
    T.index.v = first.index;
    return true;
  }
  return false;
}

function submit(): void {
  requests.state.set(T.request.v, requests.state.valueOf('submitted'));
  requests.pages.set(T.request.v, T.pages.v);
  requests.pieces.set(T.request.v, piecesOf(T.op.v));
  requests.intoMemory.set(T.request.v, T.write.v);
  requests.forgetsDirty.set(T.request.v, T.forgetsDirty.v);
  requests.endIo.set(T.request.v, T.endIo.v);
  counters.order.set(counterRow(), counters.order.get(counterRow()) + 1);
  requests.order.set(T.request.v, counters.order.get(counterRow()));
  emit('request-submitted', T.op.v, T.pages.v);
}

/** The last of the holds that the request took; 0 once all are released. */
const lastHold = (): number => (piecesOf(T.op.v) === 0 ? 0 : holders.$.row(T.op.v, piecesOf(T.op.v) - 1));

/** One O_DIRECT request: hold the buffer, hand it to the drive, sleep until the completion let go of it. */
export const directIo = mechanism({
  name: 'direct-io',
  source: 'spec 9.4 DI1–DI6, 7.3, 7.6; fs/iomap/direct-io.c, block/bio.c bio_iov_iter_get_pages(), bio_set_pages_dirty(), bvec_try_merge_page(), drivers/nvme/host/pci.c nvme_map_data() (6.6, 6.13), block/blk-mq-dma.c (6.19)',
  frame: T,
  order: 'DI1 DI1f DI2 DI3 DI4 DI3m DI3r',
  steps: {
    DI1: {
      title: 'hold the buffer', writes: [at(requests.state, T.request), at(requests.device, T.request)], calls: [pin], to: ['DI1f', 'DI3'], costNs: () => kernel.costs.syscallNs,
      run: go => {
        requests.state.set(T.request.v, requests.state.valueOf('pinning'));
        requests.device.set(T.request.v, T.drive.v);
        T.how.v = howWord(kernel.policy.knobs.odirectHold);
        return call(pin, T.fragments.v === 0 ? go.DI3 : go.DI1f);
      },
    },
    DI1f: {
      title: 'add a fragment; a page has one hold a bio, so that of a fragment that is merged is dropped', calls: [pin], to: ['DI1f', 'DI3'],
      reads: [...every(holders.pfnFirst), ...DROP_READS], writes: [...FRAGMENT_TERMS, ...DROP_TERMS],
      run: go => {
        if (answer.result <= 0) return go.DI3;
        T.piece.v = addFragment(T.op.v, T.piece.v, holders.$.row(T.op.v, T.next.v), T.added.v * T.stride.v);
        T.added.v += 1;
        T.next.v = T.piece.v;
        return T.added.v === T.fragments.v ? go.DI3 : call(pin, go.DI1f);
      },
    },
    DI2: {
      title: 'mark the pages of a file dirty once more, under their folio locks', when: () => isBufferFree(), waitsFor: { kind: 'cache-folio', file: 'file', index: 'index' },
      reads: [...HELD_READS, ...BIO_READS, ...every(holders.how, hosts.locked)], writes: DIRTY_TERMS,
      run: () => {
        for (const { host, pfn, pages } of bufferPieces()) dirtyHeld(host, pfn, pages);
        T.marked.v = 1;
      },
    },
    DI3: {
      title: 'submit the request; peer-to-peer memory has to be mapped for the drive first', to: ['DI2', 'DI3m', 'DI4', 'done'], calls: [map],
      reads: [...HELD_READS, ...BIO_READS, ...every(holders.how)], writes: [...submitTerms, at(requests.device, T.request)],
      run: go => {
        if (answer.result <= 0 && T.piece.v === 0) {
          requests.state.set(T.request.v, 0);
          requests.device.set(T.request.v, 0);
          return fail(answer.result < 0 ? answer.errno : ERRNO.EFAULT);
        }
        if (T.write.v === 1 && T.marked.v === 0 && findTracked()) return go.DI2;
        T.pages.v = T.piece.v > 0 ? 1 : answer.result;
        T.provider.v = providerOfBuffer();
        if (T.provider.v < 0) {
          submit();
          return go.DI4;
        }
        T.client.v = kernel.nodeOf(T.drive.v);
        return call(map, go.DI3m);
      },
    },
    DI4: {
      title: 'sleep until the completion', when: () => requests.state.get(T.request.v) === requests.state.valueOf('landed'),
      waitsFor: { kind: 'request', op: 'op' }, to: ['done'],
      writes: [...requestTerms, ...FRAGMENT_TERMS],
      costNs: () => kernel.costs.syscallNs,
      run: () => {
        const pages = requests.pages.get(T.request.v);
        for (const { column } of requestTerms) column.set(T.request.v, 0);
        clearFragments(T.op.v, T.piece.v);
        return done(T.piece.v > 0 ? T.added.v * FRAGMENT_BYTES : pages * PAGE_BYTES);
      },
    },
    DI3m: {
      title: 'submit it with the addresses of its pages, if there are any', to: ['DI3r', 'DI4'],
      reads: every(holders.how), writes: [...submitTerms, at(requests.peer, T.request)],
      run: go => {
        if (answer.result < 0) return go.DI3r;
        requests.peer.set(T.request.v, T.provider.v + 1);
        submit();
        return go.DI4;
      },
    },
    DI3r: {
      title: 'completed at once with an error: release what was held', to: ['done'],
      reads: [...DROP_READS, ...every(holders.how, holders.pfnFirst, holders.pageCount)], writes: [...DROP_TERMS, at(requests.state, T.request), at(requests.device, T.request)], costNs: () => kernel.costs.unpinPageNs,
      run: () => {
        dropHold(lastHold());
        if (lastHold() !== 0) return;
        requests.state.set(T.request.v, 0);
        requests.device.set(T.request.v, 0);
        const errno = ERRNO[kernel.policy.knobs.p2pMapErrno];
        emit('request-completed', T.op.v, errno);
        return fail(errno);
      },
      again: () => true,
    },
  },
});
