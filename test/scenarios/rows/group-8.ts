import type { ScenarioRow } from '../rows'

/** Group 8 of the scenarios: Device-private memory and migration. */
export const GROUP_8: readonly ScenarioRow[] = []
