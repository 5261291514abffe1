/**
 * The rows of the scenario tables that the labs must show, typed from the specification: which lab, which policy.
 * What each row expects stands in the lab file, under `expect:`.
 */
export interface ScenarioRow {
  readonly scenario: string
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

export const ROWS: readonly ScenarioRow[] = [
  { scenario: 'truncate-under-short-dio-pin', row: 'none', policy: 'truncate-vs-dma=none' },
  { scenario: 'truncate-under-short-dio-pin', row: 'wait-retry', policy: 'truncate-vs-dma=wait-retry' },
  { scenario: 'truncate-under-short-dio-pin', row: 'wait-hold-lock', policy: 'truncate-vs-dma=wait-hold-lock' },
  { scenario: 'truncate-under-short-dio-pin', row: 'block-new-refs', policy: 'truncate-vs-dma=block-new-refs' },
  { scenario: 'truncate-under-short-dio-pin', row: 'busy-extent', policy: 'truncate-vs-dma=busy-extent' },
  { scenario: 'truncate-under-short-dio-pin', row: 'fail-etxtbsy scope any-ref', policy: 'truncate-vs-dma=fail-etxtbsy,etxtbsyScope=any-ref' },
  { scenario: 'truncate-under-short-dio-pin', row: 'fail-etxtbsy longterm-only + wait-retry', policy: 'truncate-vs-dma=fail-etxtbsy,etxtbsyScope=longterm-only' },
  { scenario: 'truncate-under-short-dio-pin', row: 'noop-success', policy: 'truncate-vs-dma=noop-success' },

  { scenario: 'punch-hole-gup-mmaplock-deadlock', row: 'wait-hold-lock', policy: 'truncate-vs-dma=wait-hold-lock' },
  { scenario: 'punch-hole-gup-mmaplock-deadlock', row: 'wait-retry', policy: 'truncate-vs-dma=wait-retry' },
  { scenario: 'punch-hole-gup-mmaplock-deadlock', row: 'others: none', policy: 'truncate-vs-dma=none' },
  { scenario: 'punch-hole-gup-mmaplock-deadlock', row: 'others: busy-extent', policy: 'truncate-vs-dma=busy-extent' },
  { scenario: 'punch-hole-gup-mmaplock-deadlock', row: 'others: fail-etxtbsy', policy: 'truncate-vs-dma=fail-etxtbsy' },
  { scenario: 'punch-hole-gup-mmaplock-deadlock', row: 'others: noop-success', policy: 'truncate-vs-dma=noop-success' },

  { scenario: 'punch-starved-by-repeated-dio', row: 'wait-retry', policy: 'truncate-vs-dma=wait-retry' },
  { scenario: 'punch-starved-by-repeated-dio', row: 'busy-extent', policy: 'truncate-vs-dma=busy-extent' },
  { scenario: 'punch-starved-by-repeated-dio', row: 'fail-etxtbsy any-ref', policy: 'truncate-vs-dma=fail-etxtbsy,etxtbsyScope=any-ref' },

  { scenario: 'truncate-interrupted-by-signal', row: 'wait-retry', policy: 'truncate-vs-dma=wait-retry' },

  { scenario: 'unrelated-range-punch-waits', row: 'wait-retry, whole-file scan', policy: 'truncate-vs-dma=wait-retry' },
  { scenario: 'unrelated-range-punch-waits', row: 'wait-retry scanRange=op-range', policy: 'truncate-vs-dma=wait-retry,scanRange=op-range' },
  { scenario: 'unrelated-range-punch-waits', row: 'busy-extent', policy: 'truncate-vs-dma=busy-extent' },

  { scenario: 'iolock-convoy-behind-waiting-truncate', row: 'wait-retry', policy: 'truncate-vs-dma=wait-retry' },
  { scenario: 'iolock-convoy-behind-waiting-truncate', row: 'busy-extent', policy: 'truncate-vs-dma=busy-extent' },

  { scenario: 'remap-during-layout-wait', row: 'one-based (up to 5.17)', policy: 'linux-4.20' },
  { scenario: 'remap-during-layout-wait', row: 'private-zero-based (up to 6.14)', policy: 'linux-6.1' },
  { scenario: 'remap-during-layout-wait', row: 'zero-based (6.15 and later)', policy: 'linux-6.15' },

  { scenario: 'busy-extent-enospc-with-free-space', row: 'busyFull=wait, busySplit=false', policy: 'truncate-vs-dma=busy-extent' },
  { scenario: 'busy-extent-enospc-with-free-space', row: 'busyFull=enospc', policy: 'truncate-vs-dma=busy-extent,busyFull=enospc' },
  { scenario: 'busy-extent-enospc-with-free-space', row: 'busySplit=true', policy: 'truncate-vs-dma=busy-extent,busySplit=true' },
  { scenario: 'busy-extent-enospc-with-free-space', row: 'wait-retry', policy: 'truncate-vs-dma=wait-retry' },

  { scenario: 'busy-extent-multi-page-partial-unpin', row: 'unpins before, around and behind the commit', policy: 'truncate-vs-dma=busy-extent' },

  { scenario: 'vmsplice-pipe-holds-dax-page', row: 'wait-retry', policy: 'truncate-vs-dma=wait-retry' },
  { scenario: 'vmsplice-pipe-holds-dax-page', row: 'fail-etxtbsy longterm-only + wait-retry', policy: 'truncate-vs-dma=fail-etxtbsy,etxtbsyScope=longterm-only' },
  { scenario: 'vmsplice-pipe-holds-dax-page', row: 'fail-etxtbsy any-ref', policy: 'truncate-vs-dma=fail-etxtbsy,etxtbsyScope=any-ref' },
  { scenario: 'vmsplice-pipe-holds-dax-page', row: 'busy-extent', policy: 'truncate-vs-dma=busy-extent' },

  { scenario: 'reg-mr-on-fsdax', row: 'allow-all, then none', policy: 'linux-4.14' },
  { scenario: 'reg-mr-on-fsdax', row: 'allow-all, then wait-retry', policy: 'linux-4.20,longterm-file-pin=allow-all' },
  { scenario: 'reg-mr-on-fsdax', row: 'deny-fsdax, shared and private; anonymous page then DAX page', policy: 'linux-4.15' },
]

export const PENDING: readonly PendingRow[] = [
  { scenario: 'truncate-under-short-dio-pin', row: 'dioReleaseWakes=false (build 6.1.192)', needs: 'knobs of observed builds' },
  { scenario: 'truncate-interrupted-by-signal', row: 'eviction path', needs: 'unlink and inode eviction' },
  { scenario: 'busy-extent-multi-page-partial-unpin', row: 'crash before clear', needs: 'power failure and log replay' },
  { scenario: 'reg-mr-on-fsdax', row: 'fs-contract', needs: 'policy longterm-file-pin=fs-contract' },
  { scenario: 'reg-mr-on-fsdax', row: 'layout-lease', needs: 'policy longterm-file-pin=layout-lease' },
  { scenario: 'reg-mr-on-fsdax', row: 'odp-only', needs: 'policy longterm-file-pin=odp-only' },
]
