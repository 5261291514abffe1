import type { ScenarioRow } from '../rows'

const ACS = 'p2p-acs-redirect-host-bridge'
const REG_MR = 'p2p-reg-mr-eremoteio'
const TARGET = 'nvmet-p2p-pool-exhausted'
const CMB = 'nvme-cmb-sq-fallback'

/** Group 7 of the scenarios: P2PDMA. */
export const GROUP_7: readonly ScenarioRow[] = [
  { scenario: 'p2p-same-switch-no-acs', row: 'one switch; same function; two functions of one device', shows: ['one switch', 'same function', 'two functions, one device'], policy: 'linux-6.19' },
  { scenario: 'p2p-same-switch-no-acs', row: '4.20', policy: 'linux-4.20' },

  { scenario: ACS, row: 'same switch, ACS redirect on one port, not listed', shows: ['same switch, ACS redirect on one port: not listed'], policy: 'linux-6.19' },
  { scenario: ACS, row: 'same, 4.20', policy: 'linux-4.20' },
  { scenario: ACS, lab: `${ACS}--listed`, row: 'same, listed', shows: ['same: listed'], policy: 'linux-6.19' },
  { scenario: ACS, lab: `${ACS}--listed`, row: 'same, listed, 4.20', policy: 'linux-4.20' },
  { scenario: ACS, lab: `${ACS}--zen`, row: 'same, AMD Zen', shows: ['same: AMD ≥ Zen'], policy: 'linux-6.19' },
  { scenario: ACS, lab: `${ACS}--same-bridge`, row: 'different root ports, same bridge, entry "same bridge only"', policy: 'linux-6.19' },
  { scenario: ACS, lab: `${ACS}--two-bridges`, row: 'different bridges, one entry "same bridge only"', policy: 'linux-6.19' },
  { scenario: ACS, lab: `${ACS}--cached`, row: 'ACS changed after first query', policy: 'linux-6.19' },

  { scenario: REG_MR, row: 'reg_mr; O_DIRECT (a) and (b); LONGTERM + FOLL_PCI_P2PDMA; mmap private, offset, pool empty', shows: ['reg_mr', 'O_DIRECT (a)', 'O_DIRECT (b)', 'LONGTERM + FOLL_PCI_P2PDMA (kernel caller)', 'MAP_PRIVATE or offset ≠ 0 mmap', 'pool empty'], policy: 'linux-6.19' },
  { scenario: REG_MR, row: 'the same in 6.6', shows: ['reg_mr', 'O_DIRECT (a)', 'O_DIRECT (b)'], policy: 'linux-6.6' },
  { scenario: REG_MR, lab: `${REG_MR}--dying`, row: 'dying', policy: 'linux-6.19' },
  { scenario: REG_MR, lab: `${REG_MR}--unreachable`, row: 'O_DIRECT (a), map type not supported, up to 6.13', shows: ['O_DIRECT (a)'], policy: 'linux-6.12' },
  { scenario: REG_MR, lab: `${REG_MR}--unreachable`, row: 'O_DIRECT (a), map type not supported, 6.18+', shows: ['O_DIRECT (a)'], policy: 'linux-6.19' },

  { scenario: TARGET, row: 'pool empty at request', policy: 'linux-6.19' },
  { scenario: TARGET, row: 'the same in 4.20', shows: ['pool empty at request'], policy: 'linux-4.20' },
  { scenario: TARGET, lab: `${TARGET}--unreachable`, row: 'provider not reachable from one client', policy: 'linux-6.19' },
  { scenario: TARGET, lab: `${TARGET}--no-provider`, row: 'no provider at namespace enable', policy: 'linux-6.19' },
  { scenario: TARGET, lab: `${TARGET}--unbind`, row: 'provider unbinds with requests in flight', policy: 'linux-6.19' },
  { scenario: TARGET, lab: `${TARGET}--unbind`, row: 'the same, one-based', shows: ['provider unbinds with requests in flight'], policy: 'linux-5.15' },

  { scenario: CMB, row: 'fits all I/O SQs', policy: 'linux-6.19' },
  { scenario: CMB, lab: `${CMB}--exhausted`, row: 'alloc fails for queue k', policy: 'linux-6.19' },
  { scenario: CMB, lab: `${CMB}--misaligned`, row: 'CMB not aligned to the remap granule', policy: 'linux-6.19' },
  { scenario: CMB, lab: `${CMB}--one-way`, row: 'only WDS or only RDS', policy: 'linux-6.19' }
]
