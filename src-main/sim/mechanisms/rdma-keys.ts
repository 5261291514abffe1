import { arena } from '@shared/state/arena';
import type { Row } from '@shared/state/dictionary';
import { queuePairs, regions, windows, workRequests, type WcStatus } from '@shared/state/rdma-tables';
import { ACCESS } from '@shared/domain/rdma-access';
import { every } from '../engine/place';
import { kernel } from '../kernel';
import { isAtomic, responderOf, WR_KIND } from './queue-pairs';

const VALID = regions.state.valueOf('valid');
const ATOMIC_BYTES = 8;

const isWindow = (row: Row): boolean => arena.w[row] === windows.$.id;

/** The registration behind the rkey of a work request; 0 if it names none. */
export function remoteRegion(wr: Row): Row {
  const named = workRequests.remote.get(wr);
  return named !== 0 && isWindow(named) ? windows.mr.get(named) : named;
}

/** What {@link remoteRefusal} and {@link localRefusal} read. */
export const KEY_READS = every(
  regions.state, regions.access, regions.bytes, regions.key, regions.nic, regions.pd, windows.mr, windows.key, windows.access, windows.firstByte, windows.bytes,
  queuePairs.pd, queuePairs.access, queuePairs.peer, workRequests.qp, workRequests.kind, workRequests.remote, workRequests.remoteKey, workRequests.remoteByte, workRequests.bytes,
  workRequests.local, workRequests.localKey, workRequests.localByte,
);

/** The right that an operation needs at the responder. */
function rightFor(kind: number): number {
  if (isAtomic(kind)) return ACCESS['remote-atomic'];
  return kind === WR_KIND.read ? ACCESS['remote-read'] : ACCESS['remote-write'];
}

/** Why a responder refuses a WRITE, READ or atomic; null if it does not (spec 6.6). The key of a zero-length request is not looked at (C9-88). */
export function remoteRefusal(wr: Row, nic: Row): WcStatus | null {
  const kind = workRequests.kind.get(wr);
  const right = rightFor(kind);
  if ((queuePairs.access.get(responderOf(wr)) & right) === 0) return 'REM_INV_REQ_ERR';
  if (isAtomic(kind) && workRequests.remoteByte.get(wr) % ATOMIC_BYTES !== 0) return 'REM_INV_REQ_ERR';
  if (workRequests.bytes.get(wr) === 0) return null;
  return isKeyGood(wr, nic) && mayRemote(wr, right) ? null : 'REM_ACCESS_ERR';
}

/** A key means something to the NIC that gave it, and only until the registration goes: one made later has another. */
function isKeyGood(wr: Row, nic: Row): boolean {
  const named = workRequests.remote.get(wr);
  const mr = remoteRegion(wr);
  if (mr === 0 || regions.state.get(mr) !== VALID || regions.nic.get(mr) !== nic) return false;
  const pd = queuePairs.pd.get(responderOf(wr));
  if (pd !== 0 && regions.pd.get(mr) !== pd) return false;
  return workRequests.remoteKey.get(wr) === (isWindow(named) ? windows.key.get(named) : regions.key.get(mr));
}

function mayRemote(wr: Row, right: number): boolean {
  const named = workRequests.remote.get(wr);
  const first = workRequests.remoteByte.get(wr);
  const end = first + workRequests.bytes.get(wr);
  if (!isWindow(named)) return (regions.access.get(named) & right) !== 0 && end <= regions.bytes.get(named);
  if ((windows.access.get(named) & right) === 0) return false;
  if (kernel.policy.knobs.rxeWindowBounds === 'not-enforced') return end <= regions.bytes.get(windows.mr.get(named));
  return first >= windows.firstByte.get(named) && end <= windows.firstByte.get(named) + windows.bytes.get(named);
}

/** What is wrong with the local memory of a work request: its key, its range, or the right to write there; null if nothing. */
export function localFault(wr: Row, writes: boolean, from: number, end: number): 'key' | 'range' | 'right' | null {
  const mr = workRequests.local.get(wr);
  const pd = queuePairs.pd.get(workRequests.qp.get(wr));
  const isGood = regions.state.get(mr) === VALID && regions.key.get(mr) === workRequests.localKey.get(wr) && regions.pd.get(mr) === pd;
  if (!isGood) return 'key';
  if (writes && (regions.access.get(mr) & ACCESS['local-write']) === 0) return 'right';
  return workRequests.localByte.get(wr) + Math.max(from, end) > regions.bytes.get(mr) ? 'range' : null;
}

/** Status of a requester that may not read its own memory: soft RoCE has its own (knob `rxeLocalError`, spec 16). */
export function localStatus(fault: 'key' | 'range' | 'right'): WcStatus {
  switch (kernel.policy.knobs.rxeLocalError) {
    case 'LOC_PROT_ERR': return 'LOC_PROT_ERR';
    case 'WR_FLUSH_ERR': return 'WR_FLUSH_ERR';
    case 'by-cause': return fault === 'key' ? 'LOC_QP_OP_ERR' : 'LOC_PROT_ERR';
  }
}
