import type { ScenarioRow } from '../rows'

/** Group 6 of the scenarios: RDMA. */
export const GROUP_6: readonly ScenarioRow[] = [
  { scenario: 'dereg-mr-while-remote-writes', row: 'before packet 3\u2019s check; packet 3 already translated', shows: ['before packet 3’s check', 'packet 3 already translated'], policy: 'linux-6.19' },
  { scenario: 'dereg-mr-while-remote-writes', row: 'buggy driver: DR4 before DR2', policy: 'linux-6.19', lab: 'dereg-mr-unfenced-driver' },

  { scenario: 'rnr-retry-exhausted', row: 'r = 0, 3, 7', shows: ['0', '3', '3: a receive posted in time', '7', '7: unblocked by a posted receive', '7: unblocked by QP→ERR'], policy: 'linux-6.19' },

  { scenario: 'qp-error-flush', row: 'the rule', shows: ['WR1', 'WR1 signaled', 'WR2', 'WR3–5', 'receives', 'later post_send', 'receive posted later', 'illegal ERR→RTS'], policy: 'linux-6.19' },
  { scenario: 'qp-error-flush', row: 'soft RoCE of 6.1', shows: ['WR2 of soft RoCE, 6.1'], policy: 'linux-6.1,build=6.1.192' },
  { scenario: 'qp-error-flush', row: 'soft RoCE of 6.12', shows: ['WR2 of soft RoCE, 6.12', 'receive posted later to soft RoCE'], policy: 'linux-6.12,build=6.12.117' },

  { scenario: 'mr-access-flags', row: 'the rule', shows: ['REMOTE_WRITE without LOCAL_WRITE', 'start and iova differ in page offset', 'read-only MR, remote WRITE', 'MR allows it, responder QP does not', 'length 0 with any rkey', 'MR of PD1, QP of PD2', 'destroy PD with live MR'], policy: 'linux-6.19' },
  { scenario: 'mr-access-flags', row: 'ON_DEMAND without support, 6.1', policy: 'linux-6.1' },
  { scenario: 'mr-access-flags', row: 'ON_DEMAND without support, 6.12', policy: 'linux-6.12' },

  { scenario: 'odp-fault-invalidate-race', row: 'invalidate before OF2, between OF3 and OF4, after OF5', shows: ['invalidate ends before OF2', 'invalidate between OF3 and OF4', 'invalidate after OF5'], policy: 'linux-6.19' },

  { scenario: 'dmabuf-move-notify', row: 'evict, next access, after revoke', shows: ['evict', 'next access', 'after revoke'], policy: 'linux-6.19' },
  { scenario: 'dmabuf-move-notify', lab: 'dmabuf-move-notify--pinned', row: 'pinned importer', policy: 'linux-6.19' },
]
