import type { ScenarioRow } from '../rows'

/** Group 5 of the scenarios: Long-term pins on file memory. */
export const GROUP_5: readonly ScenarioRow[] = [
  { scenario: 'reg-mr-on-fsdax', row: 'allow-all, then none', policy: 'linux-4.14' },
  { scenario: 'reg-mr-on-fsdax', row: 'allow-all, then wait-retry', policy: 'linux-4.20,longterm-file-pin=allow-all' },
  { scenario: 'reg-mr-on-fsdax', row: 'deny-fsdax, shared and private; anonymous page then DAX page', shows: ['deny-fsdax, 6.5+: shared', 'deny-fsdax, 6.5+: MAP_PRIVATE', 'MR spanning anon page then DAX page'], policy: 'linux-4.15' },
  { scenario: 'reg-mr-on-fsdax', row: 'fs-contract', policy: 'gunthorpe-2019-fs-veto' },
  { scenario: 'reg-mr-on-fsdax', row: 'layout-lease', policy: 'weiny-2019-layout-lease' },
  { scenario: 'reg-mr-on-fsdax', row: 'odp-only: pinned, ODP', shows: ['odp-only: pinned', 'odp-only: ODP'], policy: 'longterm-file-pin=odp-only' },

  { scenario: 'reg-mr-page-cache-shared-write', row: 'up to 6.4', shows: ['≤ 6.4', '≤ 6.1-era, PROT_READ mapping'], policy: 'linux-6.1' },
  { scenario: 'reg-mr-page-cache-shared-write', row: '6.5+, slow and fast', shows: ['6.5+', '6.5+, GUP-fast'], policy: 'linux-6.6' },

  { scenario: 'punch-hole-in-page-cache-mr', row: 'punch, write of N, what the file has then', shows: ['punch', 'N’s write', 'file read of page 1', 'tmpfs'], policy: 'linux-6.1' },
  { scenario: 'punch-hole-in-page-cache-mr', lab: 'punch-hole-in-page-cache-mr--dereg', row: 'freed by dereg', shows: ['orphan ref'], policy: 'linux-6.1' },

  { scenario: 'io-uring-fixed-buffer-fsdax', row: '5.15: a to d; b is EFAULT since 5.11', shows: ['5.4, 5.15: a', '5.4, 5.15: b', '5.4, 5.15: c', '5.4, 5.15: d'], policy: 'linux-5.15' },
  { scenario: 'io-uring-fixed-buffer-fsdax', row: '5.4: a to d', shows: ['5.4, 5.15: a', '5.4, 5.15: b', '5.4, 5.15: c', '5.4, 5.15: d'], policy: 'linux-5.15,daxVmasChecked=after-pinning' },
  { scenario: 'io-uring-fixed-buffer-fsdax', row: '6.1: a to f', shows: ['6.1: a to d', '(e)', '(f): private page cache'], policy: 'linux-6.1' },
  { scenario: 'io-uring-fixed-buffer-fsdax', row: '6.6+: a to f', shows: ['6.6+: a to d', '(e)', '(f): private page cache'], policy: 'linux-6.6' },
  { scenario: 'io-uring-fixed-buffer-fsdax', lab: 'io-uring-fixed-buffer-fsdax--devdax', row: '(f): device-dax, 6.1', shows: ['(f): device-dax'], policy: 'linux-6.1' },
  { scenario: 'io-uring-fixed-buffer-fsdax', lab: 'io-uring-fixed-buffer-fsdax--devdax', row: '(f): device-dax, 6.12', shows: ['(f): device-dax'], policy: 'linux-6.12' },

  { scenario: 'lease-break-cooperative', row: 'every step', shows: ['T', 'T unblocked by', 'N’s later writes', 'T non-blocking'], policy: 'weiny-2019-layout-lease' },

  { scenario: 'lease-break-timeout-forced', row: 'lease-only + truncate=none', policy: 'lease-break=lease-only,truncate-vs-dma=none' },
  { scenario: 'lease-break-timeout-forced', row: 'lease-only + wait-retry', policy: 'lease-break=lease-only,truncate-vs-dma=wait-retry' },
  { scenario: 'lease-break-timeout-forced', row: 'revoke-mr', policy: 'lease-break=revoke-mr' },
  { scenario: 'lease-break-timeout-forced', row: 'revoke-sigkill', policy: 'lease-break=revoke-sigkill' },
  { scenario: 'lease-break-timeout-forced', lab: 'lease-break-timeout-forced--passed-verbs-fd', row: 'revoke-sigkill, verbs fd passed to P', policy: 'lease-break=revoke-sigkill' },
  { scenario: 'lease-break-timeout-forced', row: 'never', policy: 'lease-break=never' },
  { scenario: 'lease-break-timeout-forced', lab: 'lease-break-timeout-forced--no-deadline', row: 'lease_break_time = 0', policy: 'lease-break=lease-only' },

  { scenario: 'etxtbusy-truncate-owner-vs-other', row: 'T and H, ownerOp=etxtbsy', shows: ['T truncate', 'H truncate on pinned range, ownerOp=etxtbsy', 'H extends', 'T in-place write'], policy: 'ownerOp=etxtbsy' },
  { scenario: 'etxtbusy-truncate-owner-vs-other', row: 'H truncates, ownerOp=allow', shows: ['H truncate on pinned range, ownerOp=allow'], policy: 'ownerOp=allow' },

  { scenario: 'fs-permit-contract-preallocated', row: 'written, holes, flag cleared; ETXTBSY', shows: ['written, flag set', 'hole/unwritten', 'clear flag while pinned'], policy: 'truncate-vs-dma=fail-etxtbsy' },
  { scenario: 'fs-permit-contract-preallocated', row: 'written, holes, flag cleared; no-op', shows: ['written, flag set'], policy: 'truncate-vs-dma=noop-success' },
  { scenario: 'fs-permit-contract-preallocated', lab: 'fs-permit-contract-preallocated--shared', row: 'shared extent', policy: 'daxReflink=true' },

  { scenario: 'map-sync-only-mr', row: 'MAP_SYNC', policy: 'longterm-file-pin=map-sync-only' },

  { scenario: 'noop-truncate-surprise', row: 'every observation', shows: ['ftruncate', 'fstat size', 'N', 'after dereg'], policy: 'truncate-vs-dma=noop-success' },

  ...['linux-4.14', 'linux-4.15', 'linux-6.12', 'linux-6.19', 'longterm-file-pin=odp-only', 'chinner-2017-busy-extents', 'gunthorpe-2019-fs-veto', 'weiny-2019-layout-lease'].flatMap((policy): ScenarioRow[] => [
    { scenario: 'odp-mr-on-fsdax-truncate', row: `registration, T, next write of N; ${policy}`, shows: ['registration', 'T', 'N next write', 'S1'], policy },
    { scenario: 'odp-mr-on-fsdax-truncate', lab: 'odp-mr-on-fsdax-truncate--extended', row: `extended again before N retries; ${policy}`, shows: ['file extended again before N retries', 'S1'], policy },
  ]),
]
