import type { ScenarioRow } from '../rows'

/** Group 1 of the scenarios: Page model. */
export const GROUP_1: readonly ScenarioRow[] = [
  { scenario: 'pin-small-folio-accounting', row: 'get-only', policy: 'pin-accounting=get-only' },
  { scenario: 'pin-small-folio-accounting', row: 'bias+pincount', policy: 'pin-accounting=bias+pincount' },
  { scenario: 'pin-small-folio-accounting', row: 'dual-ref', policy: 'pin-accounting=dual-ref' },

  { scenario: 'pin-large-folio-accounting', row: 'bias+pincount', policy: 'pin-accounting=bias+pincount' },
  { scenario: 'pin-large-folio-accounting', row: 'bias on all folios', policy: 'pin-accounting=bias' },
  { scenario: 'pin-large-folio-accounting', row: 'dual-ref', policy: 'pin-accounting=dual-ref' },

  { scenario: 'get-page-1024-false-positive', row: 'bias+pincount small, and the same on a THP', shows: ['bias+pincount small', 'same on a THP', 'after dropping one reference'], policy: 'pin-accounting=bias+pincount' },
  { scenario: 'get-page-1024-false-positive', row: 'dual-ref', policy: 'pin-accounting=dual-ref' },

  { scenario: 'zero-page-pin-noop', row: '6.5+, and FOLL_GET', shows: ['6.5+', '6.5+, FOLL_GET instead'], policy: 'linux-6.6' },
  { scenario: 'zero-page-pin-noop', row: '5.7–6.4', policy: 'linux-6.1' },
  { scenario: 'zero-page-pin-noop', row: '6.1.130+ (stable)', policy: 'linux-6.1,build=6.1.192' },
  { scenario: 'zero-page-pin-noop', lab: 'zero-page-pin-noop--longterm', row: 'long-term read pin un-shares', policy: 'linux-6.12' },

  { scenario: 'longterm-pin-movable-page-migrates', row: '5.13+', shows: ['5.13+', 'some schedule: a store between LT3 and LT4'], policy: 'linux-5.15' },
  { scenario: 'longterm-pin-movable-page-migrates', row: '5.2–5.12', policy: 'linux-5.15,longtermMigrates=cma' },
  { scenario: 'longterm-pin-movable-page-migrates', row: '≤ 5.1', policy: 'linux-4.20' },
  { scenario: 'longterm-pin-movable-page-migrates', lab: 'longterm-pin-movable-page-migrates--offline', row: '≤ 5.1: memory hot-unplug is blocked while pinned', shows: ['≤ 5.1'], policy: 'linux-4.20' },
  { scenario: 'longterm-pin-movable-page-migrates', lab: 'longterm-pin-movable-page-migrates--offline', row: '5.13+: memory hot-unplug is not', shows: ['5.13+'], policy: 'linux-5.15' },

  { scenario: 'memlock-limit-exceeded', row: 'MRs: (i), (ii), (iii), third MR, limit 0, ODP, two processes', shows: ['(i)', '(ii)', '(iii)', 'third MR of 1 page', 'limit 0', 'ODP MR of 100 pages'], policy: 'linux-6.19' },
  { scenario: 'memlock-limit-exceeded', lab: 'memlock-limit-exceeded--buffers', row: 'two processes of one uid, mlock beside pins, limit 0', shows: ['two processes of one uid', 'mlock of 5 pages beside 5 pinned pages'], policy: 'linux-6.12' },

  { scenario: 'fork-with-pinned-page', row: 'get-only', policy: 'linux-4.20' },
  { scenario: 'fork-with-pinned-page', row: 'bias+pincount', policy: 'linux-6.12' },
  { scenario: 'fork-with-pinned-page', row: 'bias+pincount + put_page-all (6.1), O_DIRECT read', shows: ['bias+pincount + put_page-all (6.1), device = O_DIRECT read'], policy: 'linux-6.1' },
  { scenario: 'fork-with-pinned-page', lab: 'fork-with-page-in-pipe', row: 'pipe instead of a device', shows: ['pipe (vmsplice) instead of a device'], policy: 'linux-6.12' },

  { scenario: 'mismatched-put-in-end-io', row: 'pin → put_page, small', policy: 'linux-6.12' },
  { scenario: 'mismatched-put-in-end-io', row: 'get-only: no error at all', policy: 'linux-4.20' },
  { scenario: 'mismatched-put-in-end-io', lab: 'mismatched-put-in-end-io--large', row: 'pin → put_page, large', policy: 'linux-6.12' },
  { scenario: 'mismatched-put-in-end-io', lab: 'mismatched-put-in-end-io--unpin', row: 'get → unpin, small', policy: 'linux-5.15' },
  { scenario: 'mismatched-put-in-end-io', lab: 'mismatched-put-in-end-io--unpin', row: 'get-only: unpin is put', policy: 'linux-4.20' },
  { scenario: 'mismatched-put-in-end-io', lab: 'mismatched-put-in-end-io--unpin-large', row: 'get → unpin, large', policy: 'linux-5.15' },
  { scenario: 'mismatched-put-in-end-io', lab: 'mismatched-put-in-end-io--twice', row: 'pin → pin released twice, small', policy: 'linux-6.12' },
  { scenario: 'mismatched-put-in-end-io', lab: 'mismatched-put-in-end-io--twice-large', row: 'pin → pin released twice, large', policy: 'linux-6.12' },
  { scenario: 'mismatched-put-in-end-io', lab: 'mismatched-put-in-end-io--right', row: 'pin → unpin', shows: ['pin → unpin, small'], policy: 'linux-6.12' },
  { scenario: 'mismatched-put-in-end-io', lab: 'mismatched-put-in-end-io--right-large', row: 'pin → unpin, large', policy: 'linux-6.12' },
]
