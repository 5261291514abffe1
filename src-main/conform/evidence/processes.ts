import { NotModelled } from '../translation/not-modelled';
import { TASK } from '../translation/scene';
import { byteOfFrame, byteOfMapping, heldFrame } from './content';
import type { Evidence } from './evidence';
import type { Fact, Facts } from './fact';

/** Byte at an offset of the memory that the fork shared, as a process reads it at the end. */
function byteIn(evidence: Evidence, actor: string, offset: number): string {
  const { mapping } = evidence.scene;
  if (mapping === undefined) throw new NotModelled('memory to read');
  return byteOfMapping(evidence, mapping.name, offset, evidence.lastStateOf(actor), evidence.processOf(actor)) ?? 'unmapped';
}

/** Byte at an offset of the held pages, as the device behind the hold reads it before it lets go. */
function byteHeld(evidence: Evidence, offset: number): string {
  const { hold, marked } = evidence.scene;
  const taken = marked.get('vmsplice') ?? hold?.step;
  if (taken === undefined) throw new NotModelled('a holder');
  const reader = marked.get('device-read') ?? marked.get('read-pipe') ?? hold?.release ?? undefined;
  const position = reader === undefined || reader === taken ? evidence.end : evidence.startOf(reader) ?? evidence.end;
  const frame = heldFrame(evidence, evidence.rowOf(taken), position);
  return frame === null ? '0' : byteOfFrame(evidence, frame, offset, position);
}

const OFFSETS = [0, 1, 8, 100];

const of = (name: string, read: (evidence: Evidence, offset: number) => string): Readonly<Record<string, Fact>> =>
  Object.fromEntries(OFFSETS.map(offset => [`${name}${offset}`, (evidence: Evidence) => read(evidence, offset)]));

/** Bytes as each of two processes, and the device, see them. */
export const processFacts: Facts = {
  ...of('parent_byte', (evidence, offset) => byteIn(evidence, TASK, offset)),
  ...of('child_byte', (evidence, offset) => byteIn(evidence, 'child', offset)),
  ...of('holder_sees_byte', byteHeld),
  io_wrote_byte0: evidence => byteHeld(evidence, 0),
};
