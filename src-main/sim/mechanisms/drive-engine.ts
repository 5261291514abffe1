import { arena } from '@shared/state/arena';
import type { Row } from '@shared/state/dictionary';
import { drives, holders, hosts, operations, requests } from '@shared/state/tables';
import { emit } from '../engine/events';
import { machine } from '../engine/machine';
import { mechanism } from '../engine/mechanism';
import { at, every, frame } from '../engine/place';
import { kernel } from '../kernel';
import { DROP_READS, DROP_TERMS, dropHold } from './folio-counts';
import { ACCESS_READS, ACCESS_TERMS, noteAccess } from './device-access';
import { loseWakeup, WAKEUP_TERMS } from './lost-wakeup';

const T = frame('drive', 'request', 'piece');

const SUBMITTED = requests.state.valueOf('submitted');

/** Requests for this drive in the order they were submitted. */
function submitted(drive: Row): readonly Row[] {
  return requests.$.rows(arena)
    .filter(request => requests.state.get(request) === SUBMITTED && requests.device.get(request) === drive)
    .sort((a, b) => requests.order.get(a) - requests.order.get(b));
}

const holderAt = (piece: number): Row => holders.$.row(requests.op.get(T.request.v), piece);
const pieces = (): number => requests.pieces.get(T.request.v);

/** An NVMe drive: takes a request, moves its pages one by one, and releases them in its completion interrupt. */
export const driveEngine = mechanism({
  name: 'nvme-engine',
  source: 'spec 9.4 DI4–DI5; block/bio.c bio_check_pages_dirty(), __bio_release_pages() (6.19)',
  frame: T,
  order: 'NV1 NV2 DI5 NV3',
  steps: {
    NV1: {
      title: 'fetch a request', when: () => submitted(T.drive.v).length > 0, waitsFor: { kind: 'work' },
      reads: every(requests.device, requests.pieces), writes: [...every(requests.state), at(drives.served, T.drive)], to: ['NV3'],
      costNs: () => kernel.mediaNs(T.drive.v),
      run: go => {
        T.request.v = submitted(T.drive.v)[0]!;
        requests.state.set(T.request.v, requests.state.valueOf('running'));
        drives.served.set(T.drive.v, T.request.v);
        // A buffer of zero pages only: nothing is held, and nothing of the lab is read.
        if (pieces() === 0) return go.NV3;
      },
    },
    NV2: {
      title: 'move one piece by DMA',
      reads: [at(requests.pieces, T.request), at(requests.intoMemory, T.request), ...every(holders.pfnFirst, holders.pageCount), ...ACCESS_READS],
      writes: [at(requests.done, T.request), ...ACCESS_TERMS],
      costNs: () => {
        const moved = holderAt(T.piece.v - 1);
        return kernel.transferNs(T.drive.v, holders.pfnFirst.get(moved), holders.pageCount.get(moved));
      },
      run: () => {
        const holder = holderAt(T.piece.v);
        const { tag } = kernel.operations[operations.nth.get(requests.op.get(T.request.v))];
        noteAccess(machine.self, holder, holders.pfnFirst.get(holder), holders.pageCount.get(holder), requests.intoMemory.get(T.request.v) === 1, tag);
        T.piece.v += 1;
        requests.done.set(T.request.v, T.piece.v);
      },
      again: () => T.piece.v < pieces(),
    },
    DI5: {
      title: 'completion interrupt: release one piece', reads: [...DROP_READS, ...every(hosts.refs)], writes: [...DROP_TERMS, ...WAKEUP_TERMS],
      costNs: () => kernel.costs.unpinPageNs,
      run: () => {
        T.piece.v -= 1;
        const holder = holderAt(T.piece.v);
        const [host, pfn, pages] = [holders.host.get(holder), holders.pfnFirst.get(holder), holders.pageCount.get(holder)];
        dropHold(holder);
        loseWakeup(host, pfn, pages);
      },
      again: () => T.piece.v > 0,
    },
    NV3: {
      title: 'completion interrupt: wake the submitter', to: ['NV1'],
      reads: [at(requests.op, T.request)], writes: [at(requests.state, T.request), at(drives.served, T.drive)], forgets: [T.request],
      run: go => {
        requests.state.set(T.request.v, requests.state.valueOf('landed'));
        drives.served.set(T.drive.v, 0);
        emit('request-completed', requests.op.get(T.request.v), 0);
        return go.NV1;
      },
    },
  },
});
