import type { ScenarioRow } from '../rows'

/** Group 1 of the scenarios: Page model. */
export const GROUP_1: readonly ScenarioRow[] = [
  { scenario: 'memlock-limit-exceeded', row: 'MRs: (i), (ii), (iii), third MR, limit 0, ODP, two processes', policy: 'linux-6.19' },
  { scenario: 'mismatched-put-in-end-io', row: 'pin → put_page, small', policy: 'linux-6.12' },
  { scenario: 'mismatched-put-in-end-io', row: 'get-only: no error at all', policy: 'linux-4.20' },
  { scenario: 'mismatched-put-in-end-io', lab: 'mismatched-put-in-end-io--large', row: 'pin → put_page, large', policy: 'linux-6.12' },
  { scenario: 'mismatched-put-in-end-io', lab: 'mismatched-put-in-end-io--unpin', row: 'get → unpin, small', policy: 'linux-5.15' },
  { scenario: 'mismatched-put-in-end-io', lab: 'mismatched-put-in-end-io--unpin', row: 'get-only: unpin is put', policy: 'linux-4.20' },
  { scenario: 'mismatched-put-in-end-io', lab: 'mismatched-put-in-end-io--right', row: 'pin → unpin', policy: 'linux-6.12' },
]
