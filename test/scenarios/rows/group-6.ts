import type { ScenarioRow } from '../rows'

/** Group 6 of the scenarios: RDMA. */
export const GROUP_6: readonly ScenarioRow[] = []
