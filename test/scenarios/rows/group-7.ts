import type { ScenarioRow } from '../rows'

/** Group 7 of the scenarios: P2PDMA. */
export const GROUP_7: readonly ScenarioRow[] = []
