import type { ScenarioRow } from '../rows'

/** Group 1 of the scenarios: Page model. */
export const GROUP_1: readonly ScenarioRow[] = []
