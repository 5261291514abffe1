import type { State } from '../state/arena';
import type { Row } from '../state/dictionary';
import { nics, queuePairs, regions, windows, workRequests } from '../state/rdma-tables';
import { PAGE_BYTES } from '../units/pages';

/** The registration behind the rkey of a work request; 0 if it names none. */
export function remoteRegionOf(state: State, wr: Row): Row {
  const named = workRequests.remote.in(state, wr);
  return named !== 0 && state.w[named] === windows.$.id ? windows.mr.in(state, named) : named;
}

/** NIC at the other end of a work request; 0 if that is a remote peer. */
export const responderNicOf = (state: State, wr: Row): Row => queuePairs.nic.in(state, queuePairs.peer.in(state, workRequests.qp.in(state, wr)));

/** Pages of a registration that a NIC moves data of right now: what its packet has brought and it has not moved yet. */
export function pagesUnderWay(state: State, mr: Row): readonly (readonly [first: number, end: number])[] {
  return nics.$.rows(state).flatMap(nic => {
    const wr = nics.served.in(state, nic);
    if (wr === 0 || workRequests.translated.in(state, wr) === 0 || remoteRegionOf(state, wr) !== mr) return [];
    const start = regions.startByte.in(state, mr) + workRequests.remoteByte.in(state, wr);
    const [from, to] = [start + workRequests.done.in(state, wr), start + workRequests.sent.in(state, wr)];
    return from < to ? [[Math.floor(from / PAGE_BYTES), Math.ceil(to / PAGE_BYTES)] as const] : [];
  });
}
