import type { ScenarioRow } from '../rows'

/** Group 9 of the scenarios: Block I/O. */
export const GROUP_9: readonly ScenarioRow[] = []
