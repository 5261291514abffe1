import { GROUP_1 } from './rows/group-1'
import { GROUP_2 } from './rows/group-2'
import { GROUP_3 } from './rows/group-3'
import { GROUP_4 } from './rows/group-4'
import { GROUP_5 } from './rows/group-5'
import { GROUP_6 } from './rows/group-6'
import { GROUP_7 } from './rows/group-7'
import { GROUP_8 } from './rows/group-8'
import { GROUP_9 } from './rows/group-9'

/**
 * The rows of the scenario tables that the labs must show, typed from the specification: which lab, which policy.
 * What each row expects stands in the lab file, under `expect:`.
 */
export interface ScenarioRow {
  readonly scenario: string
  /** The lab file that shows the row, where it is not named like the scenario. */
  readonly lab?: string
  readonly row: string
  /** Added to the lab's own policy. */
  readonly policy: string
}

/** A row that needs mechanisms, policies or knobs of later work; printed by name, never counted as passed. */
export interface PendingRow {
  readonly scenario: string
  readonly row: string
  readonly needs: string
}

/** All rows, by the groups of the specification. */
export const ROWS: readonly ScenarioRow[] = [...GROUP_1, ...GROUP_2, ...GROUP_3, ...GROUP_4, ...GROUP_5, ...GROUP_6, ...GROUP_7, ...GROUP_8, ...GROUP_9]

export const PENDING: readonly PendingRow[] = [
  { scenario: 'truncate-under-short-dio-pin', row: 'dioReleaseWakes=false (build 6.1.192)', needs: 'knobs of observed builds' },
  { scenario: 'truncate-interrupted-by-signal', row: 'eviction path', needs: 'unlink and inode eviction' },
  { scenario: 'busy-extent-multi-page-partial-unpin', row: 'crash before clear', needs: 'power failure and log replay' },
  { scenario: 'reg-mr-on-fsdax', row: 'odp-only: ODP', needs: 'on-demand paging' },
  { scenario: 'fs-permit-contract-preallocated', row: 'shared extent', needs: 'reflink' },
  { scenario: 'odp-mr-on-fsdax-truncate', row: 'every event', needs: 'on-demand paging' },
  { scenario: 'map-sync-only-mr', row: 'plain mapping', needs: 'registrations through page-cache copies' },
  { scenario: 'io-uring-fixed-buffer-fsdax', row: '5.4, 5.15: b', needs: 'an answer: the scenario says EOPNOTSUPP, spec 5.2 says EFAULT for a short count' },
  { scenario: 'punch-hole-in-page-cache-mr', row: 'orphan ref; S17', needs: 'invariant S17' },
]
