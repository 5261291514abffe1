import type { ScenarioRow } from '../rows'

/** Group 6 of the scenarios: RDMA. */
export const GROUP_6: readonly ScenarioRow[] = [
  { scenario: 'dereg-mr-while-remote-writes', row: 'before packet 3\u2019s check; packet 3 already translated', policy: 'linux-6.19' },
  { scenario: 'dereg-mr-while-remote-writes', row: 'buggy driver: DR4 before DR2', policy: 'linux-6.19', lab: 'dereg-mr-unfenced-driver' },

  { scenario: 'rnr-retry-exhausted', row: 'r = 0, 3, 7', policy: 'linux-6.19' },

  { scenario: 'qp-error-flush', row: 'the rule', policy: 'linux-6.19' },
  { scenario: 'qp-error-flush', row: 'soft RoCE of 6.1', policy: 'linux-6.1,build=6.1.192' },
  { scenario: 'qp-error-flush', row: 'soft RoCE of 6.12', policy: 'linux-6.12,build=6.12.117' },

  { scenario: 'mr-access-flags', row: 'the rule', policy: 'linux-6.19' },
  { scenario: 'mr-access-flags', row: 'ON_DEMAND without support, 6.1', policy: 'linux-6.1' },
  { scenario: 'mr-access-flags', row: 'ON_DEMAND without support, 6.12', policy: 'linux-6.12' },

  { scenario: 'odp-fault-invalidate-race', row: 'invalidate before OF2, between OF3 and OF4, after OF5', policy: 'linux-6.19' },
]
