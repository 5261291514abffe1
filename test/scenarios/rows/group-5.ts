import type { ScenarioRow } from '../rows'

/** Group 5 of the scenarios: Long-term pins on file memory. */
export const GROUP_5: readonly ScenarioRow[] = [
  { scenario: 'reg-mr-on-fsdax', row: 'allow-all, then none', policy: 'linux-4.14' },
  { scenario: 'reg-mr-on-fsdax', row: 'allow-all, then wait-retry', policy: 'linux-4.20,longterm-file-pin=allow-all' },
  { scenario: 'reg-mr-on-fsdax', row: 'deny-fsdax, shared and private; anonymous page then DAX page', policy: 'linux-4.15' },
]
