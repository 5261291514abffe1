import { arena } from '@shared/state/arena';
import type { Row } from '@shared/state/dictionary';
import { nics, queuePairs, regions, workRequests, type WcStatus } from '@shared/state/rdma-tables';
import { accesses, actors, operations } from '@shared/state/tables';
import { machine } from '../engine/machine';
import { mechanism } from '../engine/mechanism';
import { at, every, frame } from '../engine/place';
import { kernel } from '../kernel';
import { ACCESS_TERMS } from './device-access';
import { KEY_READS, localFault, remoteRefusal, remoteRegion } from './rdma-keys';
import { DMA_READS, isMapped, pieceAt, readPiece, writePiece, type Piece } from './rdma-memory';
import {
  COMPLETE_READS, COMPLETE_TERMS, completeWork, enterRegion, isAtomic, leaveRegion, postedReceives, QUEUE_READS, responderOf, setState, stateOf, statusWord, WIRE, WR_KIND, WR_STATE,
} from './queue-pairs';

/** `mr` is where the data of the packet lies at this end; `wire` what goes back. */
const N = frame('nic', 'wr', 'qp', 'mr', 'wire');

const RESPONDS: ReadonlySet<string> = new Set(['RTR', 'RTS', 'SQD', 'SQE']);

/** Packets that wait for a NIC, in the order of posting. */
function arriving(nic: Row): Row {
  const here = workRequests.$.rows(arena).filter(wr =>
    workRequests.wire.get(wr) === WIRE.request && workRequests.state.get(wr) === WR_STATE.sending && queuePairs.nic.get(responderOf(wr)) === nic);
  return here.sort((a, b) => workRequests.order.get(a) - workRequests.order.get(b))[0] ?? 0;
}

const kind = (): number => workRequests.kind.get(N.wr.v);
const isWrite = (): boolean => kind() === WR_KIND.write || kind() === WR_KIND.send;
/** A queue pair in another state, or destroyed, lets packets fall. */
const isSilent = (): boolean => !RESPONDS.has(stateOf(N.qp.v));

/** Bytes of the message that this packet brings or asks for. */
function packet(): Piece {
  const at = workRequests.done.get(N.wr.v);
  const total = workRequests.bytes.get(N.wr.v);
  const left = (isWrite() ? workRequests.sent.get(N.wr.v) : total) - at;
  const receive = workRequests.receive.get(N.wr.v);
  const first = kind() === WR_KIND.send ? workRequests.localByte.get(receive) : workRequests.remoteByte.get(N.wr.v);
  return pieceAt(N.mr.v, first + at, left, total, at === 0);
}

function refuse(status: WcStatus): void {
  workRequests.refusal.set(N.wr.v, statusWord(status));
  setState(N.qp.v, 'ERR');
  N.wire.v = WIRE.refusal;
}

/** A SEND uses up a receive: its memory is checked like any local memory of this end. False ends the packet here. */
function matchReceive(): boolean {
  if (workRequests.receive.get(N.wr.v) === 0) workRequests.receive.set(N.wr.v, postedReceives(N.qp.v)[0] ?? 0);
  const receive = workRequests.receive.get(N.wr.v);
  if (receive === 0) {
    N.wire.v = WIRE.rnr;
    return false;
  }
  workRequests.state.set(receive, WR_STATE.sending);
  const bytes = workRequests.bytes.get(N.wr.v);
  N.mr.v = workRequests.local.get(receive);
  if (bytes > workRequests.bytes.get(receive)) return failReceive(receive, 'LOC_LEN_ERR', 'REM_INV_REQ_ERR');
  if (bytes > 0 && localFault(receive, true, 0, bytes) !== null) return failReceive(receive, 'LOC_PROT_ERR', 'REM_OP_ERR');
  if (bytes > 0) enterRegion(receive, workRequests.readsLocal, N.mr.v);
  return true;
}

function failReceive(receive: Row, here: WcStatus, there: WcStatus): false {
  completeWork(receive, 0, here);
  refuse(there);
  return false;
}

/** Checks a packet of a WRITE, READ or atomic. False ends it here. */
function checkRemote(): boolean {
  if (workRequests.translated.get(N.wr.v) === 1) return true;
  const refusal = remoteRefusal(N.wr.v, N.nic.v);
  if (refusal !== null) {
    refuse(refusal);
    return false;
  }
  if (workRequests.bytes.get(N.wr.v) > 0) enterRegion(N.wr.v, workRequests.translated, N.mr.v);
  return true;
}

/** The page of an on-demand registration is not there: its driver has to bring it, and the sender to come again (spec 6.7). */
function takePageFault(): void {
  const { page } = packet();
  const needsWrite = isWrite() || isAtomic(kind());
  if (regions.fault.get(N.mr.v) === 0) {
    regions.faultPage.set(N.mr.v, page);
    regions.fault.set(N.mr.v, regions.fault.valueOf(needsWrite ? 'write' : 'read'));
  }
  N.wire.v = WIRE.pageFault;
  leaveRegion(N.wr.v, workRequests.translated, N.mr.v);
}

/** The driver could not bring the page: the request is refused. */
function failFault(): void {
  regions.faultFailed.set(N.mr.v, 0);
  refuse('REM_ACCESS_ERR');
}

function transferNs(): number {
  const access = accesses.$.row(actors.nth.get(machine.self));
  return kernel.transferNs(N.nic.v, accesses.pfnFirst.get(access), accesses.pageCount.get(access));
}

const isOnDemand = (): boolean => N.mr.v !== 0 && regions.kind.get(N.mr.v) !== regions.kind.valueOf('pinned');
const isWholePacket = (): boolean => !isWrite() || workRequests.done.get(N.wr.v) === workRequests.sent.get(N.wr.v);

/** Moves one piece of the packet between the wire and the memory of this end. */
function move(): void {
  const piece = packet();
  const { wr } = N;
  const { tag } = kernel.operations[operations.nth.get(workRequests.op.get(wr.v))];
  if (isWrite()) writePiece(N.mr.v, piece, workRequests.carried.get(wr.v));
  else workRequests.carried.set(wr.v, readPiece(N.mr.v, piece));
  if (kind() === WR_KIND.fetchAdd || (kind() === WR_KIND.compareSwap && workRequests.carried.get(wr.v) === workRequests.operand.get(wr.v))) writePiece(N.mr.v, piece, tag);
  workRequests.done.set(wr.v, workRequests.done.get(wr.v) + piece.bytes);
}

/** What goes back to the requester once a packet is through. */
function settle(): number {
  if (stateOf(N.qp.v) === 'RESET' || stateOf(N.qp.v) === 'absent') return WIRE.lost;
  if (!isWrite()) return workRequests.bytes.get(N.wr.v) === 0 ? WIRE.acknowledgement : WIRE.answer;
  if (workRequests.done.get(N.wr.v) < workRequests.sent.get(N.wr.v)) return WIRE.request;
  return workRequests.done.get(N.wr.v) < workRequests.bytes.get(N.wr.v) ? WIRE.nothing : WIRE.acknowledgement;
}

const isOver = (): boolean => N.wire.v === WIRE.acknowledgement || N.wire.v === WIRE.lost || workRequests.done.get(N.wr.v) === workRequests.bytes.get(N.wr.v);

function leaveRegions(): void {
  const receive = workRequests.receive.get(N.wr.v);
  if (receive !== 0 && workRequests.state.get(receive) === WR_STATE.sending) completeWork(receive, 0, N.wire.v === WIRE.lost ? 'WR_FLUSH_ERR' : 'success');
  workRequests.receive.set(N.wr.v, 0);
  leaveRegion(N.wr.v, workRequests.translated, remoteRegion(N.wr.v));
}

const PACKET = [workRequests.sent, workRequests.done, workRequests.bytes, workRequests.receive, workRequests.wire, workRequests.carried].map(column => at(column, N.wr));
const END_TERMS = [...COMPLETE_TERMS, ...every(queuePairs.state, workRequests.receive)];

/** The responder half of a NIC: checks keys, reads and writes piece by piece, acknowledges. */
export const nicEngine = mechanism({
  name: 'nic-engine',
  source: 'spec 6.4 WR4–WR6, 6.6; drivers/infiniband/sw/rxe/rxe_resp.c check_rkey(), write_data_in() (6.19)',
  frame: N,
  order: 'WR3 WR4 WR5 WR6',
  steps: {
    WR3: {
      title: 'receive a packet', when: () => arriving(N.nic.v) !== 0, waitsFor: { kind: 'work' },
      reads: every(workRequests.wire, workRequests.state, workRequests.qp, queuePairs.peer, workRequests.remote), writes: [at(nics.served, N.nic)], costNs: () => kernel.fabricNs(N.nic.v),
      run: () => {
        N.wr.v = arriving(N.nic.v);
        N.qp.v = responderOf(N.wr.v);
        N.mr.v = remoteRegion(N.wr.v);
        nics.served.set(N.nic.v, N.wr.v);
      },
    },
    WR4: {
      title: 'check the packet: rkey, bounds, access, receive', to: ['WR5', 'WR6'],
      reads: [...KEY_READS, ...QUEUE_READS, ...DMA_READS, ...COMPLETE_READS, ...PACKET, ...every(regions.kind, regions.fault, regions.faultFailed)],
      writes: [...END_TERMS, ...PACKET, at(workRequests.refusal, N.wr), ...every(regions.fault, regions.faultPage, regions.faultFailed)],
      run: go => {
        N.wire.v = WIRE.nothing;
        if (isSilent()) {
          N.wire.v = WIRE.lost;
          return go.WR6;
        }
        if (!(kind() === WR_KIND.send ? matchReceive() : checkRemote()) || workRequests.bytes.get(N.wr.v) === 0) return go.WR6;
        if (isMapped(packet(), isWrite() || isAtomic(kind()))) return go.WR5;
        if (regions.faultFailed.get(N.mr.v) === packet().page + 1) failFault();
        else takePageFault();
        return go.WR6;
      },
    },
    WR5: {
      title: 'move one piece by DMA', reads: [...DMA_READS, ...KEY_READS, ...PACKET, at(regions.kind, N.mr)], writes: [...PACKET, ...ACCESS_TERMS], costNs: transferNs,
      run: () => { move(); },
      again: () => !isWholePacket() && !isOnDemand(),
    },
    WR6: {
      title: 'answer, where somebody is left to do it', to: ['WR3'],
      reads: [...KEY_READS, ...COMPLETE_READS, ...PACKET, ...QUEUE_READS, at(regions.kind, N.mr)], writes: [...PACKET, at(nics.served, N.nic), ...END_TERMS], forgets: [N.wr, N.qp, N.mr, N.wire],
      run: go => {
        if (N.wire.v === WIRE.nothing) N.wire.v = settle();
        nics.served.set(N.nic.v, 0);
        const isForgotten = workRequests.state.get(N.wr.v) !== WR_STATE.sending;
        if (isForgotten || N.wire.v === WIRE.refusal || isOver()) leaveRegions();
        else if (isOnDemand()) leaveRegion(N.wr.v, workRequests.translated, N.mr.v);
        if (!isForgotten) workRequests.wire.set(N.wr.v, N.wire.v);
        return go.WR3;
      },
    },
  },
});
