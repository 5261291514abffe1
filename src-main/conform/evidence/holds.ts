import { NotModelled } from '../translation/not-modelled';
import { byteOfFrame, byteOfFile, byteOfMapping, heldFrame } from './content';
import type { Evidence } from './evidence';
import type { Facts } from './fact';
import { usesGonePage } from './result';

/** When the hold of the observation was let go; null if it never was. */
function releasedNs(evidence: Evidence): number | null {
  const release = evidence.scene.hold?.release ?? null;
  return release === null ? null : evidence.outcome(release).endNs;
}

/** Byte that whoever reads the pipe gets: what its first page holds when it is read. */
function pipeByte(evidence: Evidence): string {
  if (usesGonePage(evidence)) return 'read failed';
  const { scene } = evidence;
  const filled = scene.marked.get('vmsplice') ?? scene.hold?.step;
  const read = scene.marked.get('read-pipe') ?? scene.hold?.release ?? undefined;
  const position = evidence.startOf(read);
  if (filled === undefined || position === null) throw new NotModelled('reading the pipe');
  const frame = heldFrame(evidence, evidence.rowOf(filled), position);
  return frame === null ? '0' : byteOfFrame(evidence, frame, 0, position);
}

/** A byte as observations of single bytes print it. */
export const hex = (byte: string): string => (byte === '0' ? '0x00' : `0x${byte.charCodeAt(0).toString(16).padStart(2, '0')}`);

/** What the held pages hold, and what became of file and holder. */
export const holdFacts: Facts = {
  returned: evidence => {
    const [released, { endNs }] = [releasedNs(evidence), evidence.call];
    return endNs !== null && (released === null || endNs < released) ? 'before-release' : 'after-release';
  },
  io_result: evidence => {
    const io = evidence.scene.marked.get('device-io') ?? evidence.scene.hold?.step;
    if (io === undefined) throw new NotModelled('the I/O of a hold that nothing takes');
    return evidence.outcome(io).result;
  },
  pipe_byte0: pipeByte,
  pipe_byte: pipeByte,
  pipe_sees: evidence => {
    const byte = pipeByte(evidence);
    return byte === 'Z' ? 'new store' : `old ${hex(byte)}`;
  },
  file_byte0_after: evidence => byteOfFile(evidence, evidence.scene.file?.name ?? '', 0, evidence.returned),
  file_byte0_end: evidence => byteOfFile(evidence, evidence.scene.file?.name ?? '', 0, evidence.end),
  handler_runs: handlerRuns,
  mapping_byte0_after: evidence => byteOfMapping(evidence, evidence.scene.mapping?.name ?? '', 0, evidence.end),
};

function handlerRuns(evidence: Evidence): number {
  const target = evidence.run.actors.findIndex(({ name }) => name === evidence.scene.observed[0]?.actor);
  const delivered = [...evidence.finished.trace.events()].filter(({ kind, args }) => kind === 'signal-delivered' && args[0] === target).length;
  return delivered;
}
