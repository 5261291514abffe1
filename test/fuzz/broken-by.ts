import type { Lab } from '../../src-shared/lab/lab'
import type { Directed } from '../support/any-lab/any-lab'
import { EVICTED, HELD_AT_UMOUNT, KILLED_IN_UNBIND, PUNCHED_IN_FAULT, SYNCHRONOUS, WRITE_AGAINST_FAULT } from './labs-that-break'

/**
 * What breaks which rule: the "broken by" columns of spec 10.1 and 10.2, and what other sections say may go wrong. A policy is meant
 * by one of `policies` ("axis=variant", "knob=value", all of a text with & at once; none is any policy), and the lab has one of `operations`
 * ("word", or "word parameter!=value"; none is any lab). Whatever breaks a rule outside this table is a defect of the lab.
 */
export interface BrokenBy {
  readonly rule: string
  /** Where the spec says so. */
  readonly section: string
  readonly policies: readonly string[]
  readonly operations: readonly string[]
  readonly found: FromSeed | InLab
}

/** Random labs of this policy and these families break the rule, from this seed on. */
export interface FromSeed extends Directed {
  readonly seed: number
}

/** Chance finds it too rarely: this lab, or the bundled one of this name, breaks the rule, in time order or on one of some random schedules. */
export interface InLab {
  readonly lab: string | Lab
  readonly policy: string
  readonly schedule?: 'random'
}

/** Operations that take blocks away from a file. */
const LAYOUT = ['ftruncate', 'truncate', 'fallocate', 'open flags', 'madvise advice=remove']
/** Operations after which the last name or user of a file may be gone. */
const EVICTING = ['unlink', 'umount', 'close', 'munmap', 'exit', 'drop-caches', 'kill']
const DIRECT_IO = ['odirect-read', 'odirect-write']
/** A completion that releases pages in another way than they were taken, or not at all. */
const MISMATCHED = ['odirect-read endIo!=right', 'odirect-write endIo!=right', 'p2p-put', 'p2p-get']
/** How faults were before they locked entries. */
const LEGACY_FAULTS = ['dax-fault=racy-unwritten', 'dax-fault=i_mmap-exclusive', 'dax-fault=zero-at-allocation', 'dax-fault=zero-after-commit']
/** O_DIRECT takes another hold than the bio-completion in force releases: a driver converted by half. */
const HALF_CONVERTED = ['odirectHold=pin&bio-completion=put_page-all', 'odirectHold=get&bio-completion=bio-flag-pinned', 'odirectHold=get&bio-completion=force-gup-all', 'odirectHold=get&bio-completion=two-end_io', 'odirectHold=get&bio-completion=end_io-bool-gup']
const FILES = 'contents and layout of files'
const MAPPINGS = 'mappings and their pages'
const HOLDS = 'O_DIRECT and pipes: holds of the kernel on user pages'
const NIC = 'registrations with a NIC'
const NAMES = 'names, descriptors and attributes of files'
const DRIVERS = 'drivers and file systems that come and go'
const DEVICE_MEMORY = 'memory of GPUs and of coherent devices'
const P2P = 'peer-to-peer memory'
const QUEUES = 'queue pairs and what is posted to them'
const PLACEMENT = 'where pages lie: NUMA nodes and memory blocks'

export const BROKEN_BY: readonly BrokenBy[] = [
  { rule: 'S1', section: '10.1 S1: none', policies: ['truncate-vs-dma=none'], operations: LAYOUT, found: { seed: 1, policy: 'linux-4.14', families: [MAPPINGS, FILES, HOLDS, NIC] } },
  { rule: 'S1', section: '10.1 S1: admin-disable + truncate', policies: ['longterm-file-pin=admin-disable'], operations: LAYOUT, found: { seed: 2, policy: 'williams-2019-admin', families: [MAPPINGS, FILES, HOLDS, NIC] } },
  { rule: 'S1', section: '10.1 S1: layout-lease ownerOp=allow', policies: ['ownerOp=allow&longterm-file-pin=layout-lease'], operations: LAYOUT, found: { lab: 'etxtbusy-truncate-owner-vs-other', policy: 'weiny-2019-layout-lease,ownerOp=allow' } },
  { rule: 'S1', section: '10.1 S1: eviction up to 6.14', policies: ['evictionWaits=false'], operations: EVICTING, found: { lab: EVICTED, policy: 'linux-6.1' } },
  { rule: 'S2', section: '10.1 S2: as S1, after reuse', policies: ['truncate-vs-dma=none', 'longterm-file-pin=admin-disable', 'ownerOp=allow&longterm-file-pin=layout-lease'], operations: LAYOUT, found: { lab: 'rdma-vs-filesystem', policy: 'linux-4.14' } },
  { rule: 'S2', section: '10.1 S2: as S1, after reuse', policies: ['evictionWaits=false'], operations: EVICTING, found: { lab: EVICTED, policy: 'linux-6.1' } },
  { rule: 'S3', section: '10.1 S3: racy-unwritten', policies: ['dax-fault=racy-unwritten'], operations: [], found: { seed: 7, policy: 'linux-4.2', families: [MAPPINGS, FILES] } },
  // Faults that zero and convert by themselves know of each other, not of a write(2) that copies in between.
  { rule: 'S3', section: '3.2, 3.4: entry-lock alone and i_mmap-exclusive serialise faults', policies: ['dax-fault=entry-lock', 'dax-fault=i_mmap-exclusive'], operations: ['pwrite', 'fallocate'], found: { lab: WRITE_AGAINST_FAULT, policy: 'linux-4.20,dax-fault=entry-lock', schedule: 'random' } },
  { rule: 'S3b', section: '10.1 S3b: ignore when the pin user does not dirty', policies: ['writeback-vs-pin=ignore'], operations: ['odirect-read forgetsDirty=true'], found: { lab: 'dio-read-into-mapped-file--forgets', policy: 'linux-5.15' } },
  { rule: 'S4', section: '10.1 S4: any mismatched release', policies: [], operations: MISMATCHED, found: { seed: 10, policy: 'linux-6.19', families: [MAPPINGS, HOLDS], bugs: true } },
  { rule: 'S5', section: '10.1 S5: mismatched release', policies: [], operations: MISMATCHED, found: { seed: 11, policy: 'linux-6.19', families: [MAPPINGS, HOLDS], bugs: true } },
  { rule: 'S4', section: '10.1 S4: any mismatched release; 16 odirectHold', policies: HALF_CONVERTED, operations: DIRECT_IO, found: { seed: 41, policy: 'linux-6.12,odirectHold=get', families: [MAPPINGS, HOLDS] } },
  { rule: 'S5', section: '10.1 S5: mismatched release; 16 odirectHold', policies: HALF_CONVERTED, operations: DIRECT_IO, found: { seed: 42, policy: 'linux-6.12,odirectHold=get', families: [MAPPINGS, HOLDS] } },
  { rule: 'S6', section: '10.1 S6: P2P put-to-zero', policies: [], operations: ['p2p-put', 'p2p-get'], found: { lab: 'p2p-multipage-put-to-zero', policy: 'linux-5.15' } },
  { rule: 'S6', section: '10.1 S6, 2.6: FS_DAX pins and entries across unbind', policies: [], operations: ['unbind'], found: { seed: 13, policy: 'linux-6.19', families: [MAPPINGS, HOLDS, DRIVERS] } },
  { rule: 'S8', section: '10.1 S8: unpin before fence', policies: [], operations: ['node deregFence=false'], found: { seed: 14, policy: 'linux-6.19', families: [MAPPINGS, NIC], bugs: true } },
  { rule: 'S12', section: '10.1 S12, 2.4', policies: [], operations: ['p2p-put', 'p2p-get'], found: { seed: 15, policy: 'linux-6.19', families: [P2P], bugs: true } },
  { rule: 'S13', section: '10.1 S13, 16: privateFaultTakesRef, invalidateWaitsForDevice', policies: ['privateFaultTakesRef=false', 'invalidateWaitsForDevice=false'], operations: ['gpu-migrate', 'gpu-read', 'gpu-write', 'gpu-exclusive'], found: { lab: 'device-fault-against-free', policy: 'linux-6.19,privateFaultTakesRef=false' } },
  { rule: 'S14', section: '10.1 S14: PTE before fsync', policies: LEGACY_FAULTS, operations: ['mmap sync=true'], found: { lab: SYNCHRONOUS, policy: 'chinner-2015-zero-alloc' } },
  { rule: 'S16', section: '10.1 S16: noop-success', policies: ['truncate-vs-dma=noop-success'], operations: LAYOUT, found: { seed: 18, policy: 'lameter-2019-noop', families: [MAPPINGS, FILES, HOLDS] } },
  { rule: 'S17', section: '10.1 S17, 4.9: page-cache truncate under MR, a warning', policies: [], operations: ['ibv-reg'], found: { lab: 'punch-hole-in-page-cache-mr--dereg', policy: 'linux-4.14' } },
  { rule: 'L1', section: '10.2 L1: wait-retry starvation; wait-hold-lock', policies: ['truncate-vs-dma=wait-retry', 'truncate-vs-dma=wait-hold-lock'], operations: ['repeat forever'], found: { lab: 'truncate-vs-dma', policy: 'linux-4.20' } },
  { rule: 'L1', section: '10.2 L1: from 6.15 on, lost wake-up after re-map', policies: ['zone-device-refcount=zero-based'], operations: LAYOUT, found: { lab: 'remap-during-layout-wait', policy: 'linux-6.15', schedule: 'random' } },
  { rule: 'L1', section: '16: dioReleaseWakes', policies: ['dioReleaseWakes=false'], operations: DIRECT_IO, found: { seed: 21, policy: 'linux-6.1,build=6.1.192', families: [FILES, HOLDS] } },
  { rule: 'L1', section: '10.2 L1, 1.8: pins that a mismatched release leaves behind', policies: [], operations: MISMATCHED, found: { seed: 22, policy: 'linux-6.12', families: [FILES, HOLDS], bugs: true } },
  { rule: 'unnamed', section: '1.8: of pins that a mismatched release leaves behind nobody is the holder', policies: [], operations: MISMATCHED, found: { seed: 40, policy: 'linux-6.12', families: [FILES, HOLDS], bugs: true } },
  { rule: 'unnamed', section: '16: dioReleaseWakes, the page is idle and nobody says so', policies: ['dioReleaseWakes=false'], operations: DIRECT_IO, found: { seed: 21, policy: 'linux-6.1,build=6.1.192', families: [FILES, HOLDS] } },
  { rule: 'L2', section: '10.2 L2: wait-retry, by design, and whoever else waits for holds', policies: [], operations: [...LAYOUT, 'unbind', 'umount', 'memory-block', 'gpu-evict', ...EVICTING], found: { seed: 23, policy: 'linux-6.19', families: [FILES, HOLDS] } },
  { rule: 'L3', section: '10.2 L3: lease_break_time=0; revoke-sigkill', policies: [], operations: ['setlease'], found: { lab: 'lease-break-timeout-forced--no-deadline', policy: 'weiny-2019-layout-lease' } },
  { rule: 'L4', section: '10.2 L4: immortal pin in one-based regimes', policies: ['zone-device-refcount=one-based'], operations: ['unbind'], found: { lab: 'memunmap-waits-for-pinned-page--never-released', policy: 'linux-5.15' } },
  { rule: 'L4', section: '10.2 L4: busy-extent unmount', policies: ['truncate-vs-dma=busy-extent'], operations: ['umount'], found: { seed: 293, policy: 'chinner-2017-busy-extents', families: [FILES, HOLDS, NIC, NAMES, DRIVERS] } },
  { rule: 'L4', section: '2.3, 8.6: device pages that somebody holds for good; peer-to-peer memory that is not given back', policies: [], operations: ['gpu-migrate', 'gpu-alloc', 'gpu-fill', 'p2p-alloc', 'p2p-mmap', 'p2p-get'], found: { seed: 27, policy: 'linux-6.19', families: [MAPPINGS, DEVICE_MEMORY, DRIVERS] } },
  { rule: 'L4', section: '4.5, 10.2 L4: eviction that waits, from 6.15', policies: ['evictionWaits=true'], operations: ['umount', 'unbind'], found: { lab: HELD_AT_UMOUNT, policy: 'linux-6.19' } },
  { rule: 'L5', section: '10.2 L5: wait-hold-lock', policies: ['truncate-vs-dma=wait-hold-lock'], operations: LAYOUT, found: { seed: 29, policy: 'linux-4.20,truncate-vs-dma=wait-hold-lock', families: [FILES, HOLDS] } },
  { rule: 'L5', section: '2.3 PU3, 2.6: a process unbinds, beyond signals, what it holds itself, and is killed', policies: [], operations: ['unbind'], found: { lab: KILLED_IN_UNBIND, policy: 'linux-5.15' } },
  { rule: 'L5', section: '10.2 L5: i_mmap-exclusive', policies: ['dax-fault=i_mmap-exclusive'], operations: [], found: { lab: PUNCHED_IN_FAULT, policy: 'linux-4.2,dax-fault=i_mmap-exclusive', schedule: 'random' } },
  { rule: 'L6', section: '10.2 L6: stray reference on the device page', policies: [], operations: ['get-page', 'gpu-alloc'], found: { lab: 'cpu-fault-stray-ref-livelock', policy: 'linux-6.19' } },
  { rule: 'L7', section: '10.2 L7: continuous invalidation', policies: [], operations: ['gpu-read', 'gpu-write'], found: { seed: 32, policy: 'linux-6.19', families: [MAPPINGS, DEVICE_MEMORY] } },
  { rule: 'L8', section: '10.2 L8: un-isolatable folio', policies: [], operations: ['take-off-lru'], found: { lab: 'longterm-pin-loop', policy: 'linux-6.19' } },
  { rule: 'L9', section: '10.2 L9: busy-extent + immortal pin', policies: ['truncate-vs-dma=busy-extent'], operations: [], found: { seed: 34, policy: 'chinner-2017-busy-extents', families: [MAPPINGS, FILES, HOLDS, NIC] } },
  { rule: 'end', section: '6.6: rnr_retry 7 is for ever', policies: [], operations: ['send'], found: { seed: 364, policy: 'linux-6.19', families: [MAPPINGS, NIC, QUEUES] } },
  // offline_pages() tries again until a signal comes.
  { rule: 'end', section: '8.12: offlining goes on while pages do not move', policies: [], operations: ['memory-block write=offline'], found: { seed: 35, policy: 'linux-6.19', families: [MAPPINGS, PLACEMENT] } },
]
