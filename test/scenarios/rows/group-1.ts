import type { ScenarioRow } from '../rows'

/** Group 1 of the scenarios: Page model. */
export const GROUP_1: readonly ScenarioRow[] = [  { scenario: 'memlock-limit-exceeded', row: 'MRs: (i), (ii), (iii), third MR, limit 0, ODP, two processes', policy: 'linux-6.19' },
]
