import { errnoName } from '../domain/errno';
import { targetControllers, targetNamespaces, targetRequests } from '../state/nvmet-tables';
import { p2pRoutes } from '../state/p2p-tables';
import { lastEvent } from './event-search';
import { nameOfRow } from './names';
import { endStepOf, firstStepOf } from './operation-span';
import type { RunOperation, WhyLink } from './run-description';
import { eventLink, type Question } from './why-answer';

const rowLink = (row: number, text: string): WhyLink => ({ text, at: { kind: 'row', value: String(row) } });

/** Why an NVMe-oF target refused an operation (spec 7.5); empty where none did. */
export function targetCause(question: Question, operation: RunOperation, errno: number): readonly WhyLink[] {
  if (operation.word === 'nvmet-enable') return noMemory(question, operation);
  return operation.word === 'nvmf-read' || operation.word === 'nvmf-write' ? refusedRequest(question, operation, errnoName(errno)) : [];
}

/** A namespace that is to have peer-to-peer memory, and what it lacks. */
function noMemory(question: Question, operation: RunOperation): readonly WhyLink[] {
  const { state, run, trace } = question;
  const namespace = targetNamespaces.$.rows(state).find(row => operation.text.startsWith(`enable ${nameOfRow(state, run, row)} `)) ?? 0;
  const name = nameOfRow(state, run, namespace);
  if (targetNamespaces.drive.in(state, namespace) === 0) return [rowLink(namespace, `${name} lies on a file, which has no queue that takes peer-to-peer memory`)];
  const drive = nameOfRow(state, run, targetNamespaces.drive.in(state, namespace));
  const asked = lastEvent(trace, endStepOf(question, operation), ['p2p-route-found', 'p2p-provider-found'], (_argument, _kind, actor) => actor === operation.actor, firstStepOf(question, operation));
  if (asked?.kind === 'p2p-provider-found') return [eventLink(question, asked)];
  const provider = targetNamespaces.provider.in(state, namespace) - 1;
  const route = p2pRoutes.$.rows(state).find(row => p2pRoutes.provider.in(state, row) === provider && run.nodes[p2pRoutes.client.in(state, row)] === drive);
  if (route !== undefined) return [rowLink(route, `the ${nameOfRow(state, run, route)} is ${p2pRoutes.type.nameIn(state, route)}`)];
  return [rowLink(namespace, `the queue of ${drive} takes no peer-to-peer memory`)];
}

function refusedRequest({ state, run }: Question, operation: RunOperation, name: string): readonly WhyLink[] {
  const request = targetRequests.$.rows(state).find(row => targetRequests.op.in(state, row) === operation.row) ?? 0;
  const controller = targetRequests.controller.in(state, request);
  const namespace = nameOfRow(state, run, targetControllers.namespace.in(state, controller));
  switch (name) {
    case 'EOPNOTSUPP': return [rowLink(request, `the target answered: invalid namespace, for ${namespace} was not enabled`)];
    case 'EIO': return [rowLink(request, 'the target answered: internal error, for it had no memory for the data')];
    case 'ENXIO': return [rowLink(request, 'its host had not connected yet')];
    default: return [];
  }
}
