import { NS_PER_MS } from '@shared/units/time';
import { PAGE_BYTES } from '@shared/units/pages';
import { counters, processes } from '@shared/state/tables';
import type { WideColumn } from '@shared/state/table';
import type { Evidence } from './evidence';
import type { Facts } from './fact';

const KIB = 1024;
const SETTLED_NS = 30 * NS_PER_MS;

type Counter = typeof counters.pinsAcquired | WideColumn;

/** How much a vm counter has grown between two places of the run. */
export const grown = (evidence: Evidence, counter: Counter, from: number, to: number): number => {
  const read = (position: number): number => {
    const state = evidence.at(position);
    const [row] = counters.$.rows(state);
    return row === undefined ? 0 : counter.in(state, row);
  };
  const before = read(from);
  return read(to) - before;
};

/** Areas of which the vm counters were read 30 ms after the call, and those of which they were read once holds were gone. */
const SETTLES: ReadonlySet<string> = new Set(['accounting']);
const WAITS_FOR_HOLDS: ReadonlySet<string> = new Set(['truncate']);

/** Where it begins: with the observed call, or with a child that lives for the probe only. */
const startAt = (evidence: Evidence): number => evidence.startOf(evidence.scene.ownChild ?? undefined) ?? evidence.before;

/** Where the reading of the two vm counters ends (vocabulary 8.2). */
function readAt(evidence: Evidence): number {
  const { area, observed } = evidence.scene;
  if (WAITS_FOR_HOLDS.has(area)) return evidence.end;
  const word = evidence.run.operations.find(({ row }) => row === evidence.rowOf(observed[0]!))?.word ?? '';
  return SETTLES.has(area) || (area === 'gup' && word.startsWith('odirect')) ? evidence.after(SETTLED_NS) : evidence.returned;
}

const releasedByUndo = (evidence: Evidence): number => {
  const undo = evidence.scene.marked.get('undo');
  return undo === undefined ? 0 : grown(evidence, counters.pinsReleased, evidence.returned, evidence.returnOf(undo) ?? evidence.end);
};

/** Result of undoing a registration; −1 where there was nothing to undo. */
const undone = (evidence: Evidence): number => {
  const undo = evidence.scene.marked.get('undo');
  if (undo === undefined || evidence.call.errno !== null) return -1;
  return evidence.outcome(undo).result ?? -1;
};

/** Pages held, and what is charged for them. */
export const pins: Facts = {
  pages: ({ scene, call }) => {
    const asked = /(\d+)\+(\d+)$/.exec(call.text)?.[2];
    return asked !== undefined && call.text.startsWith('odirect') ? Number(asked) : (scene.mapping?.bytes ?? 0) / PAGE_BYTES;
  },
  pin_acquired: evidence => grown(evidence, counters.pinsAcquired, startAt(evidence), readAt(evidence)),
  pin_released: evidence => grown(evidence, counters.pinsReleased, startAt(evidence), readAt(evidence)),
  pin_released_by_call: evidence => grown(evidence, counters.pinsReleased, evidence.before, evidence.returned),
  pin_released_after_unregister: releasedByUndo,
  pin_released_after_dereg: releasedByUndo,
  pin_released_after_close: releasedByUndo,
  unregister: undone,
  dereg: undone,
  VmPin_kB: evidence => (processes.pinnedVm.in(evidence.at(evidence.returned), evidence.processOf()) * PAGE_BYTES) / KIB,
  VmLck_kB: evidence => (processes.lockedVm.in(evidence.at(evidence.returned), evidence.processOf()) * PAGE_BYTES) / KIB,
};
