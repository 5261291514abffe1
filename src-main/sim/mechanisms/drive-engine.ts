import { arena } from '@shared/state/arena';
import type { Row } from '@shared/state/dictionary';
import { drives, hosts, operations, requests } from '@shared/state/tables';
import { emit } from '../engine/events';
import { machine } from '../engine/machine';
import { mechanism } from '../engine/mechanism';
import { at, every, frame } from '../engine/place';
import { kernel } from '../kernel';
import { BIO_READS, END_READS, END_TERMS, endPiece, ORIGIN, pieceAt, type BioPiece } from './bio';
import { ACCESS_READS, ACCESS_TERMS, noteAccess } from './device-access';
import { PEER_READS, PEER_TERMS, unmapPeer } from './p2p-map';
import { dirtyHeld, DIRTY_TERMS, HELD_READS, isCleaned, toMedium, TO_MEDIUM_READS, TO_MEDIUM_TERMS } from './page-cache';

const T = frame('drive', 'request', 'piece');

const DIRTYING = requests.state.valueOf('dirtying');
const SUBMITTED = requests.state.valueOf('submitted');

/** Requests for this drive in the order they were submitted. */
function submitted(drive: Row): readonly Row[] {
  return requests.$.rows(arena)
    .filter(request => requests.state.get(request) === SUBMITTED && requests.device.get(request) === drive)
    .sort((a, b) => requests.order.get(a) - requests.order.get(b));
}

const piecesOf = (request: Row): readonly BioPiece[] => Array.from({ length: requests.pieces.get(request) }, (_, piece) => pieceAt(request, piece));
const pieces = (): number => requests.pieces.get(T.request.v);

/** Whether a page that the drive has written is clean again: only a worker may lock it and mark it dirty (DI6). */
function mustDirty(): boolean {
  if (requests.intoMemory.get(T.request.v) === 0 || requests.forgetsDirty.get(T.request.v) === 1) return false;
  return piecesOf(T.request.v).some(({ host, pfn, pages }) => isCleaned(host, pfn, pages));
}

/** An NVMe drive: takes a request, moves its pages one by one, and releases them in its completion interrupt. */
export const driveEngine = mechanism({
  name: 'nvme-engine',
  source: 'spec 9.3, 9.4 DI4–DI5; block/bio.c bio_check_pages_dirty(), __bio_release_pages() (6.19)',
  frame: T,
  order: 'NV1 NV2 DI5 NV3 NV2k',
  steps: {
    NV1: {
      title: 'fetch a request', when: () => submitted(T.drive.v).length > 0, waitsFor: { kind: 'work' },
      reads: every(requests.device, requests.pieces, requests.ownPfn), writes: [...every(requests.state), at(drives.served, T.drive)], to: ['NV2k', 'NV3'],
      costNs: () => kernel.mediaNs(T.drive.v),
      run: go => {
        T.request.v = submitted(T.drive.v)[0]!;
        requests.state.set(T.request.v, requests.state.valueOf('running'));
        drives.served.set(T.drive.v, T.request.v);
        if (requests.ownPfn.get(T.request.v) !== 0) return go.NV2k;
        // A buffer of zero pages only: nothing is held, and nothing of the lab is read.
        if (pieces() === 0) return go.NV3;
      },
    },
    NV2: {
      title: 'move one piece by DMA',
      reads: [at(requests.pieces, T.request), at(requests.intoMemory, T.request), ...BIO_READS, ...ACCESS_READS, ...TO_MEDIUM_READS],
      writes: [at(requests.done, T.request), ...ACCESS_TERMS, ...TO_MEDIUM_TERMS],
      costNs: () => {
        const moved = pieceAt(T.request.v, T.piece.v - 1);
        return kernel.transferNs(T.drive.v, moved.pfn, moved.pages);
      },
      run: () => {
        const { hold, host, pfn, pages, origin, firstByte, endByte } = pieceAt(T.request.v, T.piece.v);
        const { tag } = kernel.operations[operations.nth.get(requests.op.get(T.request.v))];
        noteAccess(machine.self, hold, pfn, pages, requests.intoMemory.get(T.request.v) === 1, tag, { firstByte, endByte });
        if (origin === ORIGIN.cache) toMedium(host, pfn, pages);
        T.piece.v += 1;
        requests.done.set(T.request.v, T.piece.v);
      },
      again: () => T.piece.v < pieces(),
    },
    DI5: {
      title: 'completion interrupt: release one piece, or let a worker mark pages dirty that were cleaned meanwhile', to: ['NV1'],
      reads: [...END_READS, ...HELD_READS, ...every(hosts.refs), at(requests.intoMemory, T.request), at(requests.forgetsDirty, T.request), at(requests.pieces, T.request)], writes: [...END_TERMS, at(requests.state, T.request), at(drives.served, T.drive)],
      costNs: () => kernel.costs.unpinPageNs,
      run: go => {
        if (T.piece.v === pieces() && mustDirty()) {
          requests.state.set(T.request.v, DIRTYING);
          drives.served.set(T.drive.v, 0);
          T.piece.v = 0;
          T.request.v = 0;
          return go.NV1;
        }
        T.piece.v -= 1;
        endPiece(T.request.v, T.piece.v);
      },
      again: () => T.piece.v > 0,
    },
    NV3: {
      title: 'completion interrupt: wake the submitter', to: ['NV1'],
      reads: [...PEER_READS, ...[requests.op, requests.peer, requests.pages].map(column => at(column, T.request))], writes: [...PEER_TERMS, at(requests.state, T.request), at(drives.served, T.drive)], forgets: [T.request],
      run: go => {
        const peer = requests.peer.get(T.request.v);
        if (peer > 0) unmapPeer(peer - 1, kernel.nodeOf(T.drive.v), requests.pages.get(T.request.v));
        requests.state.set(T.request.v, requests.state.valueOf('landed'));
        drives.served.set(T.drive.v, 0);
        emit('request-completed', requests.op.get(T.request.v), 0);
        return go.NV1;
      },
    },
    NV2k: {
      title: 'move the pages of a request of the kernel, which holds nothing but owns them', to: ['NV3'],
      reads: [...[requests.op, requests.ownPfn, requests.pages, requests.intoMemory].map(column => at(column, T.request)), ...ACCESS_READS], writes: ACCESS_TERMS,
      costNs: () => kernel.transferNs(T.drive.v, requests.ownPfn.get(T.request.v), requests.pages.get(T.request.v)),
      run: go => {
        const { tag } = kernel.operations[operations.nth.get(requests.op.get(T.request.v))];
        noteAccess(machine.self, 0, requests.ownPfn.get(T.request.v), requests.pages.get(T.request.v), requests.intoMemory.get(T.request.v) === 1, tag);
        return go.NV3;
      },
    },
  },
});

const D = frame('request');
const waiting = (): Row => requests.$.rows(arena).find(request => requests.state.get(request) === DIRTYING) ?? 0;

/** The kernel worker that ends O_DIRECT reads whose pages writeback has cleaned meanwhile (bio_dirty_fn()). */
export const dirtyWorker = mechanism({
  name: 'bio-dirty-worker',
  source: 'spec 9.4 DI6; block/bio.c bio_dirty_fn() (6.19)',
  frame: D,
  order: 'DW1 DI6 DW2',
  steps: {
    DW1: { title: 'wait for a request', when: () => waiting() !== 0, waitsFor: { kind: 'work' }, reads: every(requests.state), run: () => { D.request.v = waiting(); } },
    DI6: {
      title: 'worker: lock, mark dirty, release', when: () => piecesOf(D.request.v).every(({ host, pfn, pages }) => hosts.locked.find(host, pfn, pfn + pages, locked => locked !== 0) < 0),
      waitsFor: { kind: 'work' }, costNs: () => kernel.costs.wakeNs,
      reads: [at(requests.pieces, D.request), ...HELD_READS, ...END_READS, ...every(hosts.locked, hosts.refs)], writes: [...DIRTY_TERMS, ...END_TERMS],
      run: () => {
        for (const [nth, { host, pfn, pages }] of piecesOf(D.request.v).entries()) {
          dirtyHeld(host, pfn, pages);
          endPiece(D.request.v, nth);
        }
      },
    },
    DW2: {
      title: 'wake the submitter', writes: [at(requests.state, D.request)], forgets: [D.request], to: ['DW1'],
      run: go => {
        requests.state.set(D.request.v, requests.state.valueOf('landed'));
        emit('request-completed', requests.op.get(D.request.v), 0);
        return go.DW1;
      },
    },
  },
});
