import { cloneFacts } from './clones';
import type { Fact } from './fact';
import { holdFacts } from './holds';
import { inodeFacts } from './inodes';
import { leaseFacts } from './leases';
import { pins } from './pins';
import { placementFacts } from './placement';
import { processFactOf } from './processes';
import { rdmaFacts } from './rdma';
import { storeFacts } from './stores';
import { teardownFacts } from './teardown';

const FACTS: ReadonlyMap<string, Fact> = new Map(Object.entries({ ...pins, ...holdFacts, ...placementFacts, ...leaseFacts, ...storeFacts, ...teardownFacts, ...inodeFacts, ...cloneFacts, ...rdmaFacts }));

/** How a counter is read from a run; undefined where nothing of the lab shows it. */
export const factOf = (counter: string): Fact | undefined => FACTS.get(counter) ?? processFactOf(counter);

/** Counters that are noise, and those that say something else than how a kernel behaves (vocabulary 8.2, "compare: no"). */
export const NOT_COMPARED: ReadonlySet<string> = new Set([
  'ms_from_signal_to_exit', 'punch_elapsed_ms', 'filled_MiB', 'fill_done_ms', 'not_moved', 'nvme_controllers_found', 'cmb_attribute',
  // Optional: the same call once more.
  'after_release_result', 'after_release_status',
]);
