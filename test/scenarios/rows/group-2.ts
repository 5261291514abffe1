import type { ScenarioRow } from '../rows'

/** Group 2 of the scenarios: ZONE_DEVICE. */
export const GROUP_2: readonly ScenarioRow[] = [
  { scenario: 'fsdax-refcount-states', row: 'one-based', policy: 'linux-5.15' },
  { scenario: 'fsdax-refcount-states', row: 'private-zero-based', policy: 'linux-6.12' },
  { scenario: 'fsdax-refcount-states', row: 'zero-based', policy: 'linux-6.19' },

  { scenario: 'memunmap-waits-for-pinned-page', row: 'FS_DAX, one-based', policy: 'linux-5.15' },
  { scenario: 'memunmap-waits-for-pinned-page', row: 'FS_DAX, 5.18–6.14', policy: 'linux-6.12' },
  { scenario: 'memunmap-waits-for-pinned-page', row: 'FS_DAX, 6.15+', policy: 'linux-6.19' },
  { scenario: 'memunmap-waits-for-pinned-page', lab: 'memunmap-waits-for-pinned-page--never-released', row: 'nobody puts, one-based', policy: 'linux-5.15' },
  { scenario: 'memunmap-waits-for-pinned-page', lab: 'memunmap-waits-for-pinned-page--never-released', row: 'nobody puts, 5.18–6.14', policy: 'linux-6.12' },
  { scenario: 'memunmap-waits-for-pinned-page', lab: 'memunmap-waits-for-pinned-page--never-released', row: 'nobody puts, 6.15+', policy: 'linux-6.19' },
  { scenario: 'memunmap-waits-for-pinned-page', lab: 'memunmap-waits-for-pinned-page--generic', row: 'GENERIC, one-based', policy: 'linux-5.15' },
  { scenario: 'memunmap-waits-for-pinned-page', lab: 'memunmap-waits-for-pinned-page--generic', row: 'GENERIC, 5.18–6.14', policy: 'linux-6.12' },
  { scenario: 'memunmap-waits-for-pinned-page', lab: 'memunmap-waits-for-pinned-page--generic', row: 'GENERIC, 6.15+', policy: 'linux-6.19' },
  { scenario: 'memunmap-waits-for-pinned-page', lab: 'memunmap-waits-for-pinned-page--p2p', row: 'P2PDMA kernel alloc, one-based', policy: 'linux-5.15' },
  { scenario: 'memunmap-waits-for-pinned-page', lab: 'memunmap-waits-for-pinned-page--p2p', row: 'P2PDMA kernel alloc, 5.18–6.14', policy: 'linux-6.12' },
  { scenario: 'memunmap-waits-for-pinned-page', lab: 'memunmap-waits-for-pinned-page--p2p', row: 'P2PDMA kernel alloc, 6.15+', policy: 'linux-6.19' },
  { scenario: 'memunmap-waits-for-pinned-page', lab: 'memunmap-waits-for-pinned-page--p2p-user', row: 'P2PDMA user mmap, 5.18–6.14', policy: 'linux-6.12' },
  { scenario: 'memunmap-waits-for-pinned-page', lab: 'memunmap-waits-for-pinned-page--p2p-user', row: 'P2PDMA user mmap, 6.15+', policy: 'linux-6.19' },
  { scenario: 'memunmap-waits-for-pinned-page', lab: 'memunmap-waits-for-pinned-page--private', row: 'PRIVATE, one-based', policy: 'linux-5.15' },
  { scenario: 'memunmap-waits-for-pinned-page', lab: 'memunmap-waits-for-pinned-page--private', row: 'PRIVATE, 5.18–6.14', policy: 'linux-6.12' },
  { scenario: 'memunmap-waits-for-pinned-page', lab: 'memunmap-waits-for-pinned-page--private', row: 'PRIVATE, 6.15+', policy: 'linux-6.19' },
  { scenario: 'memunmap-waits-for-pinned-page', lab: 'memunmap-waits-for-pinned-page--umounted', row: 'FS_DAX, after umount first, 6.1', shows: ['FS_DAX, after umount first'], policy: 'linux-6.1' },
  { scenario: 'memunmap-waits-for-pinned-page', lab: 'memunmap-waits-for-pinned-page--umounted', row: 'FS_DAX, after umount first, 6.12', shows: ['FS_DAX, after umount first'], policy: 'linux-6.12' },

  { scenario: 'p2p-multipage-put-to-zero', row: 'one-based', policy: 'linux-5.15' },
  { scenario: 'p2p-multipage-put-to-zero', row: 'zero-based', policy: 'linux-6.19' },
  { scenario: 'p2p-multipage-put-to-zero', lab: 'p2p-multipage-put-to-zero--get-first', row: 'zero-based, get then put', policy: 'linux-6.19' },
  { scenario: 'p2p-multipage-put-to-zero', lab: 'p2p-multipage-put-to-zero--get-first', row: 'get/put pairs only, one-based', shows: ['any, get/put pairs only (one-based)'], policy: 'linux-5.15' },

  { scenario: 'private-page-alloc-after-kill', row: 'one-based', policy: 'linux-5.15' },
  { scenario: 'private-page-alloc-after-kill', row: 'zero-based PRIVATE, 6.1', shows: ['zero-based PRIVATE (6.1+)'], policy: 'linux-6.1' },
  { scenario: 'private-page-alloc-after-kill', row: 'zero-based PRIVATE, 6.15+', shows: ['zero-based PRIVATE (6.1+)'], policy: 'linux-6.19' },

  { scenario: 'devdax-longterm-allowed', row: 'reg_mr, truncate, fallocate, read-only, MAP_PRIVATE; io_uring 6.6+', shows: ['all', 'io_uring buffer, 6.6+', 'read-only mapping, write registration', 'MAP_PRIVATE mmap'], policy: 'linux-6.12' },
  { scenario: 'devdax-longterm-allowed', row: 'io_uring up to 6.1', shows: ['io_uring buffer, ≤ 6.1-era'], policy: 'linux-6.1' },
  { scenario: 'devdax-longterm-allowed', row: 'odp-only', policy: 'longterm-file-pin=odp-only' },
  { scenario: 'devdax-longterm-allowed', row: 'all: allow-all', shows: ['all'], policy: 'longterm-file-pin=allow-all' },
  { scenario: 'devdax-longterm-allowed', row: 'all: fs-contract', shows: ['all'], policy: 'longterm-file-pin=fs-contract' },
  { scenario: 'devdax-longterm-allowed', row: 'all: layout-lease', shows: ['all'], policy: 'longterm-file-pin=layout-lease' },
]
