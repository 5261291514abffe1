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
  /** How the test run calls it: the row’s own name in the table, or a name for several. */
  readonly row: string
  /** Rows of the scenario’s tables that it shows, where that is not the one it is named like. */
  readonly shows?: readonly string[]
  /** Added to the lab's own policy. */
  readonly policy: string
}

/** A row that needs mechanisms, policies or knobs of later work; printed by name, never counted as passed. */
export interface PendingRow {
  readonly scenario: string
  /** The row’s name in the scenario’s table. */
  readonly row: string
  readonly needs: string
}

/** All rows, by the groups of the specification. */
export const ROWS: readonly ScenarioRow[] = [...GROUP_1, ...GROUP_2, ...GROUP_3, ...GROUP_4, ...GROUP_5, ...GROUP_6, ...GROUP_7, ...GROUP_8, ...GROUP_9]

export const PENDING: readonly PendingRow[] = [
  { scenario: 'reg-mr-page-cache-shared-write', row: 'btrfs', needs: 'an answer for btrfs, which the lab does not model' },
  { scenario: 'map-sync-only-mr', row: 'plain', needs: 'registrations through page-cache copies' },
  { scenario: 'odp-fault-invalidate-race', row: 'invalidations never stop', needs: 'a lasso of a NIC’s fault in time order, and L7 for it' },
  { scenario: 'reclaim-of-pinned-file-folio', row: 'false positive (1024 gets)', needs: 'a lab that is small enough: 1024 references are 8000 steps; the mechanism has a test' },
]
