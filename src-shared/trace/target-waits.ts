import type { State } from '../state/arena';
import type { Row } from '../state/dictionary';
import { targetControllers, targetNamespaces, targetRequests } from '../state/nvmet-tables';
import { P2P_OWNERS, p2pAllocations } from '../state/pgmap-tables';
import { requests } from '../state/tables';
import { nameOfRow, operationName } from './names';
import type { ReleaseOutlook } from './release-outlook';
import type { RunDescription } from './run-description';
import type { Wait, WaitHolder } from './wait-targets';

const actorNamed = (run: RunDescription, name: string): number | null => {
  const nth = run.actors.findIndex(actor => actor.name === name);
  return nth < 0 ? null : nth;
};

/** Who has a request of a target in hand, and what he does with it: the wire, the worker in the kernel, or the drive. */
function handOn(state: State, run: RunDescription, request: Row): WaitHolder {
  const controller = targetRequests.controller.in(state, request);
  const name = run.targets.find(({ row }) => row === controller)?.name ?? '';
  const phase = targetRequests.state.nameIn(state, request);
  const text = `${nameOfRow(state, run, request)}: ${phase}`;
  switch (phase) {
    case 'sent': case 'fetching data': case 'answering':
      return { actor: actorNamed(run, `${nameOfRow(state, run, targetControllers.nic.in(state, controller))}.${name}`), row: request, text };
    case 'at the drive': return atDrive(state, run, request, text) ?? { actor: actorNamed(run, `nvmet.${name}`), row: request, text };
    default: return { actor: actorNamed(run, `nvmet.${name}`), row: request, text };
  }
}

function atDrive(state: State, run: RunDescription, request: Row, text: string): WaitHolder | null {
  const io = requests.$.rows(state).find(row => requests.op.in(state, row) === targetRequests.op.in(state, request)) ?? 0;
  if (io === 0 || !['submitted', 'running'].includes(requests.state.nameIn(state, io))) return null;
  return { actor: actorNamed(run, nameOfRow(state, run, requests.device.in(state, io))), row: request, text };
}

/** The wait of a host for the answer of a target, or for the target to be through with the request before. */
export function answeredRequest(state: State, run: RunDescription, request: Row): Wait | null {
  if (targetRequests.state.nameIn(state, request) === 'none') return null;
  return { kind: 'target-request', text: `the target to answer ${operationName(run, targetRequests.op.in(state, request))}`, holders: [handOn(state, run, request)] };
}

/** The wait of a namespace that is disabled for the requests that it has. */
export function idleNamespace(state: State, run: RunDescription, namespace: Row): Wait | null {
  if (targetNamespaces.refs.in(state, namespace) === 0) return null;
  const open = targetRequests.$.rows(state).filter(request => targetControllers.namespace.in(state, targetRequests.controller.in(state, request)) === namespace && !['none', 'sent'].includes(targetRequests.state.nameIn(state, request)));
  return { kind: 'namespace-idle', text: `the last request of ${nameOfRow(state, run, namespace)}`, holders: open.map(request => handOn(state, run, request)) };
}

/** What gives peer-to-peer memory back that a request of a target has; null if the allocation is no such request's. */
export function outlookOfTargetMemory(state: State, run: RunDescription, allocation: Row): ReleaseOutlook | null {
  if (p2pAllocations.owner.in(state, allocation) !== P2P_OWNERS.request) return null;
  const operation = p2pAllocations.nth.in(state, allocation);
  const request = targetRequests.$.rows(state).find(row => targetRequests.op.in(state, row) === run.operations[operation]?.row) ?? 0;
  return { kind: 'under-way', actor: handOn(state, run, request).actor, operation, text: `given back when the target has answered ${run.operations[operation]?.name ?? 'it'}` };
}
