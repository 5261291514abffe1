import { NotModelled } from '../translation/not-modelled';
import { TASK } from '../translation/scene';
import { byteOfFrame, byteOfMapping, heldFrame } from './content';
import type { Evidence } from './evidence';
import type { Fact } from './fact';

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

/** Counters with an offset in their name: who reads the byte there. */
const READERS: Readonly<Record<string, (evidence: Evidence, offset: number) => string>> = {
  parent_byte: (evidence, offset) => byteIn(evidence, TASK, offset),
  child_byte: (evidence, offset) => byteIn(evidence, 'child', offset),
  holder_sees_byte: byteHeld,
  io_wrote_byte: byteHeld,
};

/** Bytes as each of two processes, and the device, see them: `parent_byte8`, `holder_sees_byte0`. */
export function processFactOf(counter: string): Fact | undefined {
  const [, name, offset] = /^(\w+_byte)(\d+)$/.exec(counter) ?? [];
  const read = name === undefined ? undefined : READERS[name];
  return read === undefined ? undefined : evidence => read(evidence, Number(offset));
}
