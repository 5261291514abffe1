import type { ScenarioRow } from '../rows'

/** Group 9 of the scenarios: Block I/O. */
export const GROUP_9: readonly ScenarioRow[] = [
  { scenario: 'dio-read-into-mapped-file', row: 'no writeback in between', policy: 'linux-6.12' },
  { scenario: 'dio-read-into-mapped-file', lab: 'dio-read-into-mapped-file--writeback', row: 'writeback cleaned the folio', policy: 'linux-6.12' },
  { scenario: 'dio-read-into-mapped-file', lab: 'dio-read-into-mapped-file--forgets', row: 'end_io forgets to dirty (bug)', policy: 'linux-6.12' },
  { scenario: 'writeback-races-gup-write-redirty', row: 'ignore', policy: 'linux-6.1,writeback-vs-pin=ignore' },
  { scenario: 'writeback-races-gup-write-redirty', row: 'deny-longterm', policy: 'linux-6.1,writeback-vs-pin=deny-longterm' },
  { scenario: 'writeback-races-gup-write-redirty', row: 'bounce', policy: 'linux-6.1,writeback-vs-pin=bounce' },
  { scenario: 'writeback-races-gup-write-redirty', row: 'skip-pinned', policy: 'linux-6.1,writeback-vs-pin=skip-pinned' },
  { scenario: 'writeback-races-gup-write-redirty', row: 'wait-unpin', policy: 'linux-6.1,writeback-vs-pin=wait-unpin' },
  { scenario: 'reclaim-of-pinned-file-folio', row: '≤ 6.3', policy: 'linux-6.1,odirectHold=pin' },
  { scenario: 'reclaim-of-pinned-file-folio', row: '6.4+', policy: 'linux-6.6' },
]
