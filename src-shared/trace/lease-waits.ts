import type { State } from '../state/arena';
import type { Row } from '../state/dictionary';
import { actors } from '../state/tables';
import { descriptors, leases, openFiles } from '../state/vfs-tables';
import { showNs } from '../units/show';
import { fileName, nameOfRow } from './names';
import type { RunDescription } from './run-description';
import type { Wait, WaitHolder } from './wait-targets';

const WRITE = leases.type.valueOf('F_WRLCK');
const LAYOUT = 1;

/** Who keeps a breaker waiting: leases that conflict with what it wants, as the engine judges them too. */
export function conflictingLeases(state: State, run: RunDescription, file: Row, writes: boolean, layout: boolean): Wait | null {
  const inTheWay = leases.$.rows(state).filter(lease => leases.file.in(state, lease) === file && (leases.kind.in(state, lease) === LAYOUT) === layout
    && leases.type.in(state, lease) !== 0 && (writes || leases.type.in(state, lease) === WRITE));
  if (inTheWay.length === 0) return null;
  return { kind: 'lease', text: `the lease on ${fileName(run, file)} to be given up`, holders: inTheWay.map(lease => leaseHolder(state, run, lease)) };
}

function leaseHolder(state: State, run: RunDescription, lease: Row): WaitHolder {
  const holder = leases.holder.in(state, lease);
  const nth = run.actors.findIndex(({ row }) => row === holder);
  const deadlineNs = leases.unlockNs.in(state, lease) || leases.downgradeNs.in(state, lease);
  const deadline = leases.forced.in(state, lease) === 1 ? 'its holder was killed' : deadlineNs === 0 ? 'no deadline' : `deadline ${showNs(deadlineNs)}`;
  const orphan = leases.orphan.in(state, lease) === 1 ? ', given up, but pages are still pinned under it' : '';
  return {
    actor: nth >= 0 && actors.pc.in(state, holder) !== 0 ? nth : null, row: lease,
    text: `${nameOfRow(state, run, lease)}, break sent at ${showNs(leases.sentNs.in(state, lease))}, ${deadline}${orphan}`,
  };
}

/** A holder waits to be asked: nobody has to act for it. */
export function askedBack(state: State, run: RunDescription, descriptor: Row): Wait | null {
  const open = descriptors.open.in(state, descriptor);
  const lease = leases.$.rows(state).find(row => leases.open.in(state, row) === open && leases.type.in(state, row) !== 0);
  if (open === 0 || lease === undefined || leases.unlockPending.in(state, lease) + leases.downgradePending.in(state, lease) > 0) return null;
  return { kind: 'lease-break', text: `somebody to break ${nameOfRow(state, run, lease)} on ${fileName(run, openFiles.file.in(state, open))}`, holders: [] };
}
