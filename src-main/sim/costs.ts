import { source } from '@shared/domain/source';
import type { Parameter } from '@shared/protocol/parameter';

const MODEL = 'order of magnitude chosen for the model; only the order of events is taught';
/** pin_user_pages_fast() and unpin_user_pages() of 16 GiB of device-dax in 2 MiB, before and after its pages became compound ones. */
const SERIES = 'J. Martins, series "mm, sparse-vmemmap: compound pagemaps"';
const PINNED = `${SERIES}, "mm/gup: … compound", gup_test -m 16384 -n 512`;
const UNPINNED = `${SERIES}, "device-dax: use compound devmap", unpinning 16 GiB`;

const cost = (name: string, title: string, defaultNs: number, from: ReturnType<typeof source>): Parameter => ({
  name, title, doc: title, required: false, source: from,
  type: { kind: 'quantity', dimension: 'ns', min: 0, max: 1_000_000_000, default: defaultNs },
});

/** What kernel paths cost on a CPU. Parameters of the `cpu` device, so that a lab may set them. */
export const COSTS = {
  syscallNs: cost('syscallNs', 'System call entry and exit', 100, source(MODEL, 'X')),
  accessNs: cost('accessNs', 'One CPU load or store', 100, source('J. Izraelevitz et al., "Basic Performance Measurements of the Intel Optane DC Persistent Memory Module", idle DRAM latency 81–101 ns', 'M')),
  gupPageNs: cost('gupPageNs', 'Pin or reference one mapped page', 21, source(`${PINNED}: 87 ms, page by page`, 'M')),
  gupFolioNs: cost('gupFolioNs', 'Pin or reference one mapped huge folio', 757, source(`${PINNED}: 6.2 ms, one compound page at a time`, 'M')),
  unpinPageNs: cost('unpinPageNs', 'Release one page', 17, source(`${UNPINNED}: 71 ms, page by page`, 'M')),
  unpinFolioNs: cost('unpinFolioNs', 'Release one huge folio', 2_686, source(`${UNPINNED}: 22 ms, one compound page at a time`, 'M')),
  faultNs: cost('faultNs', 'One page fault', 1_000, source(MODEL, 'X')),
  allocateNs: cost('allocateNs', 'Allocate or free one extent in a transaction', 2_000, source(MODEL, 'X')),
  zeroPageNs: cost('zeroPageNs', 'Zero one page of persistent memory', 1_800, source('J. Izraelevitz et al., "Basic Performance Measurements of the Intel Optane DC Persistent Memory Module", 2.3 GB/s of writes to one module', 'M')),
  unmapNs: cost('unmapNs', 'Unmap a range from every address space', 1_000, source(MODEL, 'X')),
  copyPageNs: cost('copyPageNs', 'Copy a page to another place', 500, source(MODEL, 'X')),
  scanNs: cost('scanNs', 'Scan the DAX entries of a file for busy pages', 200, source(MODEL, 'X')),
  migratePageNs: cost('migratePageNs', 'Migration entries, locks and counts of one page that moves', 500, source(MODEL, 'X')),
  wakeNs: cost('wakeNs', 'From wake-up to running', 5_000, source(MODEL, 'X')),
  logCommitNs: cost('logCommitNs', 'From the end of a transaction to its commit on disk', 20_000, source(MODEL, 'X')),
  postNs: cost('postNs', 'Post a work request, or poll a completion queue', 100, source(MODEL, 'X')),
  registerNs: cost('registerNs', 'Program a NIC with a registration', 10_000, source(MODEL, 'X')),
} as const satisfies Record<string, Parameter>;

export type Costs = Readonly<Record<keyof typeof COSTS, number>>;
