import type { ScenarioRow } from '../rows'

/** Group 2 of the scenarios: ZONE_DEVICE. */
export const GROUP_2: readonly ScenarioRow[] = []
