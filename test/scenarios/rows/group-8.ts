import type { ScenarioRow } from '../rows'

/** Group 8 of the scenarios: Device-private memory and migration. */
export const GROUP_8: readonly ScenarioRow[] = [
  { scenario: 'migrate-to-device-and-back', lab: 'migrate-to-device-and-back--first', row: 'after first', policy: 'linux-6.19' },
  { scenario: 'migrate-to-device-and-back', lab: 'migrate-to-device-and-back--cpu-load', row: 'CPU load page 0 (zero-based)', shows: ['CPU load page 0'], policy: 'linux-6.19' },
  { scenario: 'migrate-to-device-and-back', lab: 'migrate-to-device-and-back--cpu-load', row: 'CPU load page 0 (private-zero-based)', shows: ['CPU load page 0'], policy: 'linux-6.1' },
  { scenario: 'migrate-to-device-and-back', lab: 'migrate-to-device-and-back--cpu-load', row: 'CPU load page 0 (one-based)', shows: ['CPU load page 0'], policy: 'linux-5.15' },
  { scenario: 'migrate-to-device-and-back', row: 'again', policy: 'linux-6.19' },

  { scenario: 'migrate-pinned-anon-page', row: 'FOLL_PIN (small)', policy: 'linux-6.19' },
  { scenario: 'migrate-pinned-anon-page', lab: 'migrate-pinned-anon-page--get', row: 'FOLL_GET', policy: 'linux-6.19' },
  { scenario: 'migrate-pinned-anon-page', lab: 'migrate-pinned-anon-page--false-positive', row: 'false positive 1023 gets', policy: 'linux-6.19' },
  { scenario: 'migrate-pinned-anon-page', lab: 'migrate-pinned-anon-page--pin-while-moving', row: 'pin arrives between GMC and GMU', shows: ['pin arrives between GMC and GMU via slow GUP', 'pin arrives between GMC and GMU via GUP-fast'], policy: 'linux-6.19' },

  { scenario: 'gup-on-device-private', row: 'GET; PIN LONGTERM: private page', shows: ['GET / fast GET: private page', 'PIN LONGTERM, fast or slow: private page'], policy: 'linux-6.19' },
  { scenario: 'gup-on-device-private', lab: 'gup-on-device-private--coherent', row: 'GET; PIN LONGTERM: coherent page', shows: ['GET / fast GET: coherent page', 'PIN LONGTERM, fast or slow: coherent page'], policy: 'linux-6.19' },
  { scenario: 'gup-on-device-private', lab: 'gup-on-device-private--no-ram', row: 'RAM allocation fails: private page', policy: 'linux-6.19' },
  { scenario: 'gup-on-device-private', lab: 'gup-on-device-private--coherent-no-ram', row: 'RAM allocation fails: coherent page', policy: 'linux-6.19' },

  { scenario: 'longterm-pin-device-coherent-busy', row: 'extra GET by B', shows: ['EBUSY'], policy: 'linux-6.19' },
  { scenario: 'longterm-pin-device-coherent-busy', lab: 'longterm-pin-device-coherent-busy--retry', row: 'unblocked by the put of B, then retry', shows: ['unblocked by B’s put, then retry'], policy: 'linux-6.19' },

  { scenario: 'migrate-mixed-owners', row: 'PROT_NONE, hole, mixed rights, other device, DAX', shows: ['PROT_NONE VMA', 'hole in VMA range', 'zero page, read-only page, rw pages', 'page on device 1 migrated by device 0', 'DAX VMA'], policy: 'linux-6.19' },
  { scenario: 'migrate-mixed-owners', lab: 'migrate-mixed-owners--shared', row: 'shared anonymous (file-like)', policy: 'linux-6.19' },

  { scenario: 'thp-migrate-alloc-failure-split', row: '2 MiB ok (thp)', shows: ['2 MiB ok: thp'], policy: 'linux-6.19' },
  { scenario: 'thp-migrate-alloc-failure-split', row: '2 MiB ok (4k-only)', shows: ['2 MiB ok: 4k-only'], policy: 'linux-6.15' },
  { scenario: 'thp-migrate-alloc-failure-split', lab: 'thp-migrate-alloc-failure-split--no-huge', row: 'device cannot allocate 2 MiB (thp)', shows: ['device cannot allocate 2 MiB: thp'], policy: 'linux-6.19' },
  { scenario: 'thp-migrate-alloc-failure-split', lab: 'thp-migrate-alloc-failure-split--no-huge', row: 'device cannot allocate 2 MiB (4k-only)', shows: ['device cannot allocate 2 MiB: 4k-only'], policy: 'linux-6.15' },
  { scenario: 'thp-migrate-alloc-failure-split', lab: 'thp-migrate-alloc-failure-split--empty', row: 'empty huge range, huge zero page (thp)', shows: ['empty huge range / huge zero page: thp'], policy: 'linux-6.19' },
  { scenario: 'thp-migrate-alloc-failure-split', lab: 'thp-migrate-alloc-failure-split--empty', row: 'empty huge range, huge zero page (4k-only)', shows: ['empty huge range / huge zero page: 4k-only'], policy: 'linux-6.15' },
  { scenario: 'thp-migrate-alloc-failure-split', lab: 'thp-migrate-alloc-failure-split--pinned', row: 'one sub-page pinned (thp)', shows: ['one sub-page pinned: thp'], policy: 'linux-6.19' },
  { scenario: 'thp-migrate-alloc-failure-split', lab: 'thp-migrate-alloc-failure-split--pinned', row: 'one sub-page pinned (4k-only)', shows: ['one sub-page pinned: 4k-only'], policy: 'linux-6.15' },
  { scenario: 'thp-migrate-alloc-failure-split', lab: 'thp-migrate-alloc-failure-split--partial-unmap', row: 'partial munmap then CPU fault', shows: ['partial munmap then CPU fault: thp'], policy: 'linux-6.19' },
  { scenario: 'thp-migrate-alloc-failure-split', lab: 'thp-migrate-alloc-failure-split--free', row: 'free of huge device folio (thp)', shows: ['free of huge device folio: thp'], policy: 'linux-6.19' },
  { scenario: 'thp-migrate-alloc-failure-split', lab: 'thp-migrate-alloc-failure-split--free', row: 'free of huge device folio (4k-only)', shows: ['free of huge device folio: 4k-only'], policy: 'linux-6.15' },

  { scenario: 'hmm-range-fault-invalidate-loop', row: 'finite invalidations', policy: 'linux-6.19' },
  { scenario: 'hmm-range-fault-invalidate-loop', lab: 'hmm-range-fault-invalidate-loop--too-long', row: 'invalidations for > 1 s', policy: 'linux-6.19' },
  { scenario: 'hmm-range-fault-invalidate-loop', lab: 'hmm-range-fault-invalidate-loop--unmapped', row: 'range unmapped', policy: 'linux-6.19' },
  { scenario: 'hmm-range-fault-invalidate-loop', lab: 'hmm-range-fault-invalidate-loop--read-only', row: 'write to PROT_READ', policy: 'linux-6.19' },

  { scenario: 'exclusive-access-cpu-fault', row: 'make exclusive on 4 anon pages; CPU increments each', shows: ['make exclusive on 4 anon pages', 'CPU increments each'], policy: 'linux-6.19' },
  { scenario: 'exclusive-access-cpu-fault', lab: 'exclusive-access-cpu-fault--file', row: 'file-backed page', policy: 'linux-6.19' },
  { scenario: 'exclusive-access-cpu-fault', lab: 'exclusive-access-cpu-fault--mprotect', row: 'mprotect(READ) then device write', policy: 'linux-6.19' },
  { scenario: 'exclusive-access-cpu-fault', lab: 'exclusive-access-cpu-fault--fork', row: 'fork + COW', policy: 'linux-6.19' },

  { scenario: 'cpu-fault-stray-ref-livelock', row: '5.15', policy: 'linux-5.15' },
  { scenario: 'cpu-fault-stray-ref-livelock', row: '6.19', policy: 'linux-6.19' },
  { scenario: 'cpu-fault-stray-ref-livelock', lab: 'cpu-fault-stray-ref-livelock--dropped', row: '6.19: until S is dropped', policy: 'linux-6.19' },
  { scenario: 'cpu-fault-stray-ref-livelock', lab: 'cpu-fault-stray-ref-livelock--two-threads', row: 'two threads fault the same page', policy: 'linux-6.19' },

  { scenario: 'evict-on-device-remove', row: 'all evictable', policy: 'linux-6.19' },
  { scenario: 'evict-on-device-remove', lab: 'evict-on-device-remove--cpu-fault', row: 'one folio locked by a CPU fault', policy: 'linux-6.19' },
  { scenario: 'evict-on-device-remove', lab: 'evict-on-device-remove--no-ram', row: 'RAM full', policy: 'linux-6.19' },
]
