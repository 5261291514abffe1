import type { ScenarioRow } from '../rows'

/** DAX faults (scenarios, group 3). */
export const GROUP_3: readonly ScenarioRow[] = [
  { scenario: 'dax-double-write-fault-zeroing', row: 'racy-unwritten', policy: 'dax-fault=racy-unwritten' },
  { scenario: 'dax-double-write-fault-zeroing', row: 'i_mmap-exclusive', policy: 'dax-fault=i_mmap-exclusive' },
  { scenario: 'dax-double-write-fault-zeroing', row: 'zero-at-allocation', policy: 'dax-fault=zero-at-allocation' },
  { scenario: 'dax-double-write-fault-zeroing', row: 'entry-lock', policy: 'dax-fault=entry-lock' },
  { scenario: 'dax-double-write-fault-zeroing', row: 'both', policy: 'dax-fault=both' },
  { scenario: 'dax-double-write-fault-zeroing', lab: 'dax-double-write-fault-zeroing--unwritten', row: 'racy-unwritten, preallocated', policy: 'dax-fault=racy-unwritten' },
  { scenario: 'dax-double-write-fault-zeroing', lab: 'dax-double-write-fault-zeroing--unwritten', row: 'i_mmap-exclusive, preallocated', policy: 'dax-fault=i_mmap-exclusive' },
  { scenario: 'dax-double-write-fault-zeroing', lab: 'dax-double-write-fault-zeroing--unwritten', row: 'zero-at-allocation, preallocated', policy: 'dax-fault=zero-at-allocation' },
  { scenario: 'dax-double-write-fault-zeroing', lab: 'dax-double-write-fault-zeroing--unwritten', row: 'entry-lock, preallocated', policy: 'dax-fault=entry-lock' },
  { scenario: 'dax-double-write-fault-zeroing', lab: 'dax-double-write-fault-zeroing--unwritten', row: 'both, preallocated', policy: 'dax-fault=both' },
  { scenario: 'dax-double-write-fault-zeroing', lab: 'dax-double-write-fault-zeroing--four-threads', row: 'both: written, four threads, ext4', shows: ['both: written', 'both: four threads', 'both: ext4'], policy: 'dax-fault=both' },
  { scenario: 'dax-double-write-fault-zeroing', lab: 'dax-double-write-fault-zeroing--truncate', row: 'i_mmap-exclusive: deadlock with truncate', policy: 'dax-fault=i_mmap-exclusive' },
  { scenario: 'dax-double-write-fault-zeroing', lab: 'dax-double-write-fault-zeroing--truncate', row: 'racy-unwritten: no deadlock with truncate', policy: 'dax-fault=racy-unwritten' },
  { scenario: 'dax-double-write-fault-zeroing', lab: 'dax-double-write-fault-zeroing--truncate', row: 'zero-at-allocation: no deadlock with truncate', policy: 'dax-fault=zero-at-allocation' },

  { scenario: 'dax-read-vs-write-fault-unwritten', row: 'racy-unwritten', policy: 'dax-fault=racy-unwritten' },
  { scenario: 'dax-read-vs-write-fault-unwritten', row: 'zero-at-allocation with old read path', policy: 'dax-fault=zero-at-allocation' },
  { scenario: 'dax-read-vs-write-fault-unwritten', row: 'entry-lock', policy: 'dax-fault=entry-lock' },
  { scenario: 'dax-read-vs-write-fault-unwritten', row: 'both', policy: 'dax-fault=both' },

  { scenario: 'dax-hole-read-then-write', row: 'both', policy: 'dax-fault=both' },
  { scenario: 'dax-hole-read-then-write', row: 'racy-unwritten', policy: 'dax-fault=racy-unwritten' },

  { scenario: 'dax-crash-between-alloc-and-zero', row: 'zero-at-allocation', policy: 'dax-fault=zero-at-allocation' },
  { scenario: 'dax-crash-between-alloc-and-zero', row: 'both (zero before commit)', policy: 'dax-fault=both' },
  { scenario: 'dax-crash-between-alloc-and-zero', row: 'zero-after-commit', policy: 'dax-fault=zero-after-commit' },
  { scenario: 'dax-crash-between-alloc-and-zero', row: 'racy-unwritten', policy: 'dax-fault=racy-unwritten' },

  { scenario: 'dax-map-sync-crash', row: 'MAP_SYNC honoured; without _VALIDATE', shows: ['MAP_SYNC honoured', 'no _VALIDATE on a DAX file'], policy: 'linux-4.15' },
  { scenario: 'dax-map-sync-crash', row: 'MAP_SYNC honoured; without _VALIDATE, 6.19', shows: ['MAP_SYNC honoured', 'no _VALIDATE on a DAX file'], policy: 'linux-6.19' },
  { scenario: 'dax-map-sync-crash', lab: 'dax-map-sync-crash--plain', row: 'plain MAP_SHARED', policy: 'linux-4.15' },
  { scenario: 'dax-map-sync-crash', lab: 'dax-map-sync-crash--plain', row: 'plain MAP_SHARED, 6.19', shows: ['plain MAP_SHARED'], policy: 'linux-6.19' },
  { scenario: 'dax-map-sync-crash', lab: 'dax-map-sync-crash--not-dax', row: 'MAP_SYNC of a non-DAX file', policy: 'linux-4.20' },
  { scenario: 'dax-map-sync-crash', lab: 'dax-map-sync-crash--not-dax', row: 'MAP_SYNC of a non-DAX file, 6.19', shows: ['MAP_SYNC of a non-DAX file'], policy: 'linux-6.19' },
  { scenario: 'dax-map-sync-crash', lab: 'dax-map-sync-crash--fsync-fails', row: 'fsync in the fault fails', policy: 'linux-4.15' },
  { scenario: 'dax-map-sync-crash', lab: 'dax-map-sync-crash--fsync-fails', row: 'fsync in the fault fails, 6.19', shows: ['fsync in the fault fails'], policy: 'linux-6.19' },

  { scenario: 'dax-fault-vs-truncate-eof', row: '4.3', policy: 'linux-4.2' },
  { scenario: 'dax-fault-vs-truncate-eof', row: 'invlock era', policy: 'linux-6.19' },

  { scenario: 'dax-fault-enospc', row: 'CPU store; pin_user_pages(write)', shows: ['CPU store', 'pin_user_pages(write)'], policy: 'linux-6.19' },
  { scenario: 'dax-fault-enospc', lab: 'dax-fault-enospc--busy', row: 'busy-extent, busyFull=wait', policy: 'busyFull=wait' },
  { scenario: 'dax-fault-enospc', lab: 'dax-fault-enospc--busy', row: 'busy-extent, busyFull=enospc', policy: 'busyFull=enospc' },

  { scenario: 'dax-pmd-vs-pte-fault', row: 'A’s entry first, 6.15+', shows: ['A’s entry first'], policy: 'linux-6.19' },
  { scenario: 'dax-pmd-vs-pte-fault', row: 'A’s entry first, up to 6.14', shows: ['A’s entry first'], policy: 'linux-6.12' },
  { scenario: 'dax-pmd-vs-pte-fault', lab: 'dax-pmd-vs-pte-fault--real', row: 'B’s entry first (real storage), 6.15+', shows: ['B’s entry first (real storage)'], policy: 'linux-6.19' },
  { scenario: 'dax-pmd-vs-pte-fault', lab: 'dax-pmd-vs-pte-fault--real', row: 'B’s entry first (real storage), up to 6.14', shows: ['B’s entry first (real storage)'], policy: 'linux-6.12' },
  { scenario: 'dax-pmd-vs-pte-fault', lab: 'dax-pmd-vs-pte-fault--private', row: 'B’s entry first: retries if PMD already in page table, 6.15+', shows: ['B’s entry first (real storage)'], policy: 'linux-6.19' },
  { scenario: 'dax-pmd-vs-pte-fault', lab: 'dax-pmd-vs-pte-fault--private', row: 'B’s entry first: retries if PMD already in page table, up to 6.14', shows: ['B’s entry first (real storage)'], policy: 'linux-6.12' },
  { scenario: 'dax-pmd-vs-pte-fault', lab: 'dax-pmd-vs-pte-fault--zero', row: 'B’s entry first but ZERO, 6.15+', shows: ['B’s entry first but ZERO/EMPTY'], policy: 'linux-6.19' },
  { scenario: 'dax-pmd-vs-pte-fault', lab: 'dax-pmd-vs-pte-fault--zero', row: 'B’s entry first but ZERO, up to 6.14', shows: ['B’s entry first but ZERO/EMPTY'], policy: 'linux-6.12' },
  { scenario: 'dax-pmd-vs-pte-fault', lab: 'dax-pmd-vs-pte-fault--empty', row: 'B’s entry first but EMPTY, 6.15+', shows: ['B’s entry first but ZERO/EMPTY'], policy: 'linux-6.19' },
  { scenario: 'dax-pmd-vs-pte-fault', lab: 'dax-pmd-vs-pte-fault--empty', row: 'B’s entry first but EMPTY, up to 6.14', shows: ['B’s entry first but ZERO/EMPTY'], policy: 'linux-6.12' },
  { scenario: 'dax-pmd-vs-pte-fault', lab: 'dax-pmd-vs-pte-fault--sync', row: 'B’s entry first, its PMD after the log (MAP_SYNC)', shows: ['B’s entry first (real storage)'], policy: 'linux-6.19' },
  { scenario: 'dax-pmd-vs-pte-fault', lab: 'dax-pmd-vs-pte-fault--sync', row: 'B’s entry first, zeroed under its lock', shows: ['B’s entry first (real storage)'], policy: 'linux-6.12,dax-fault=entry-lock' },
  { scenario: 'dax-pmd-vs-pte-fault', lab: 'dax-pmd-vs-pte-fault--fallback', row: 'misaligned, VMA or EOF cuts the 2 MiB, 6.15+', shows: ['misaligned mmap offset, VMA or EOF cuts the 2 MiB'], policy: 'linux-6.19' },
  { scenario: 'dax-pmd-vs-pte-fault', lab: 'dax-pmd-vs-pte-fault--fallback', row: 'misaligned, VMA or EOF cuts the 2 MiB, up to 6.14', shows: ['misaligned mmap offset, VMA or EOF cuts the 2 MiB'], policy: 'linux-5.15' },
]
