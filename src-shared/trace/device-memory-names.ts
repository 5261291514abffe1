import type { State } from '../state/arena';
import { gpuJobs, gpus, gpuSpaces, migrations, rangeWalks, staleUses } from '../state/device-memory-tables';
import type { Row } from '../state/dictionary';
import { intervals, notifiers } from '../state/notifier-tables';
import type { RunDescription } from './run-description';

const nameIn = (rows: readonly { readonly row: Row; readonly name: string }[], row: Row): string => rows.find(named => named.row === row)?.name ?? `row ${row}`;
const actor = (run: RunDescription, nth: number): string => run.actors[nth]?.name ?? `actor ${nth}`;

export const gpuName = (run: RunDescription, gpu: Row): string => nameIn(run.devices, gpu);
const spaceName = (state: State, run: RunDescription, space: Row): string => `${gpuName(run, gpuSpaces.gpu.in(state, space))} in ${nameIn(run.processes, gpuSpaces.process.in(state, space))}`;

/** Who hears of an interval: "gpu0 in app". */
export function subscriberName(state: State, run: RunDescription, interval: Row): string {
  const subscriber = intervals.subscriber.in(state, interval);
  return state.w[subscriber] === gpuSpaces.$.id ? spaceName(state, run, subscriber) : nameIn(run.regions, subscriber);
}

/** What a person calls rows of the tables of device memory and of MMU notifiers. */
export const DEVICE_MEMORY_NAMERS: ReadonlyMap<number, (state: State, run: RunDescription, row: Row) => string> = new Map([
  [gpus.$.id, (_state: State, run: RunDescription, row: Row) => `memory of ${gpuName(run, row)}`],
  [gpuSpaces.$.id, (state, run, row) => `page table of ${spaceName(state, run, row)}`],
  [gpuJobs.$.id, (state, run, row) => `${gpuJobs.kind.nameIn(state, row)} job of ${actor(run, gpuJobs.actor.in(state, row))}`],
  [migrations.$.id, (state, run, row) => `migration by ${actor(run, migrations.actor.in(state, row))}`],
  [rangeWalks.$.id, (state, run, row) => `range walk by ${actor(run, rangeWalks.actor.in(state, row))}`],
  [staleUses.$.id, (state, run, row) => `last stale use by ${actor(run, staleUses.actor.in(state, row))}`],
  [notifiers.$.id, (state, run, row) => `MMU notifier of ${nameIn(run.processes, notifiers.process.in(state, row))}`],
  [intervals.$.id, (state, run, row) => `MMU interval of ${subscriberName(state, run, row)}`],
]);
