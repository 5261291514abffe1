import type { HostReplies } from '@shared/protocol/host-messages';
import { conform } from '../conform/conform';
import { readObservations } from '../conform/observation/observation';
import { reportOf } from '../conform/report';

/** Compares the simulator with every observation of a file. */
export function conformFile({ name, text }: { name: string; text: string }): HostReplies['conform'] {
  const read = readObservations(text, name);
  if (!read.ok) return { kind: 'unreadable', problems: read.refusal.map(({ file, id, message }) => `${file}: ${id === null ? '' : `${id}: `}${message}`) };
  return { kind: 'conformed', conformance: reportOf(read.value.map(conform)) };
}

/** The lab of one observation; null where it has no words in labs. */
export function labOfObservation({ name, text, observation: id }: { name: string; text: string; observation: string }): HostReplies['conform-lab'] {
  const read = readObservations(text, name);
  const observation = read.ok ? read.value.find(candidate => candidate.id === id) : undefined;
  return { lab: observation === undefined ? null : conform(observation).lab };
}
