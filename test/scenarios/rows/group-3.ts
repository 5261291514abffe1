import type { ScenarioRow } from '../rows'

/** Group 3 of the scenarios: DAX faults. */
export const GROUP_3: readonly ScenarioRow[] = []
