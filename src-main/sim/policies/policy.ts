import type { PinForm } from '@shared/domain/pin-form';
import type { Source } from '@shared/domain/source';
import type { Mechanism } from '../engine/step';
import type { Knobs } from './knobs';

/** Described once per variant; the registry adds the axis. */
interface Described {
  readonly id: string;
  readonly title: string;
  readonly doc: string;
  readonly era: string;
  readonly source: Source;
}

/** What happens when a layout operation meets pages that a device holds (spec 4). */
export interface TruncateVsDma extends Described {
  readonly axis: 'truncate-vs-dma';
  /** Frame begins with file, first, count, op: the pages to remove and the operation that asks. */
  readonly layoutOperation: Mechanism;
  /** Freed blocks that a device holds become busy extents instead of free ones. */
  readonly keepsBusyBlocks: boolean;
  /** What a reflink does about held pages of either file (spec 4.1, 4.10); `wait-by-default` where nobody said. */
  readonly onShare: 'go-on' | 'wait' | 'wait-by-default' | 'refuse' | 'pretend';
  /** What the eviction of an inode does about its held pages: as the era says (knob evictionWaits), frees them, or waits where nobody said (spec 4.3, 4.5, 4.7). */
  readonly onEviction: 'by-era' | 'free' | 'wait-by-default';
}

/** The kinds of hold a piece of code may take (spec 1.4). */
export type HoldKind = 'get' | 'pin' | 'longterm';

/** How pins are told from references (spec 1.2, 1.9). */
export interface PinAccounting extends Described {
  readonly axis: 'pin-accounting';
  readonly smallPin: PinForm;
  /** Of folios with a pincount field: order 1 and above. */
  readonly largePin: PinForm;
  /** Whether pins move the two vm counters. */
  readonly countsPins: boolean;
}

/** When a ZONE_DEVICE page counts as free, idle or busy, and wakes a waiter (spec 2.2, 2.3). */
export interface ZoneDeviceRefcount extends Described {
  readonly axis: 'zone-device-refcount';
  /** Refcount of an FS_DAX page that is neither mapped nor held. */
  readonly idleRefs: number;
  /** Whether mapping a DAX page takes a reference. */
  readonly mappingsCount: boolean;
  /** Refcount of a free PRIVATE or COHERENT page. */
  readonly privateFreeRefs: number;
  /** Refcount of a P2PDMA page in its pool. */
  readonly p2pFreeRefs: number;
  /** Whether a layout break deletes every DAX entry of the file once its pages are idle (W7). */
  readonly breakDeletesEntries: boolean;
  /** Whether evicting an inode waits for its busy pages. */
  readonly evictionWaits: boolean;
  /** Whether a huge DAX entry makes its pages one large folio (spec 3.5). */
  readonly pmdEntryIsFolio: boolean;
  /** Whether each page holds its pgmap: memunmap then waits for page counts. */
  readonly pagesHoldPgmap: boolean;
}

/** Which long-term pins on file memory are allowed (spec 5.2). */
export interface LongtermFilePin extends Described {
  readonly axis: 'longterm-file-pin';
  /** Mappings of DAX files. */
  readonly fsdax: 'allow' | 'deny' | 'ask-fs' | 'needs-lease' | 'needs-map-sync';
  /** Write pins through shared mappings of files whose dirty pages the file system tracks. */
  readonly cacheSharedWrite: 'allow' | 'deny' | 'ask-fs';
  /** No mapping of a file on a device may be pinned for the long term at all. */
  readonly refusesFiles: boolean;
  /** Layout leases can be taken. */
  readonly layoutLeases: boolean;
  /** What stands before operations that change a layout; null where nothing does. */
  readonly guards: LayoutGuards | null;
}

export interface LayoutGuards {
  /** Before truncate and fallocate. Frame begins with file, first, count, op. */
  readonly layout: Mechanism;
  /** Before a write that changes the layout. Frame begins with op, file, first, count, head, tail; null where a write needs no guard. */
  readonly write: Mechanism | null;
  /** These and all that they call, beyond what every kernel has. */
  readonly mechanisms: readonly Mechanism[];
}

/** What a forced lease break does when its deadline has passed (spec 5.8). */
export interface LeaseBreak extends Described {
  readonly axis: 'lease-break';
  readonly atDeadline: 'remove-lease' | 'deregister' | 'kill-holder' | 'refuse';
}

/** What keeps two DAX faults apart, and when a new block is zeroed (spec 3.8). */
export interface DaxFault extends Described {
  readonly axis: 'dax-fault';
  /** Frame begins with process, vpn, pages, write, mapping: the access to serve. */
  readonly fault: Mechanism;
  readonly serialises: 'nothing' | 'i_mmap' | 'entry';
  readonly zeroes: 'in-fault' | 'before-commit' | 'after-commit';
}

/** How the block layer holds and releases the pages of a bio (spec 9.3, 1.4). */
export interface BioCompletion extends Described {
  readonly axis: 'bio-completion';
  /** What O_DIRECT takes on its buffer. */
  readonly directIoHold: HoldKind;
  /** How end_io decides what to do with a page. */
  readonly releases: 'put-all' | 'by-end-io' | 'unpin-all' | 'by-bio-flag';
}

/** What writeback and reclaim do with a folio that may be pinned (spec 9.6). */
export interface WritebackVsPin extends Described {
  readonly axis: 'writeback-vs-pin';
  readonly onPinned: 'write' | 'skip' | 'write-copy' | 'wait';
  readonly reclaimKeepsPinned: boolean;
  /** Long-term write pins of dirty-tracked files are refused (spec 1.5 rule 4). */
  readonly deniesLongterm: boolean;
}

/** Whether and how memory moves to devices (spec 8). */
export interface DeviceMigration extends Described {
  readonly axis: 'device-migration';
  readonly isAvailable: boolean;
  readonly movesHuge: boolean;
}

export type PolicyVariant =
  | DaxFault | TruncateVsDma | LongtermFilePin | LeaseBreak | PinAccounting | ZoneDeviceRefcount | BioCompletion | WritebackVsPin | DeviceMigration;
export type AxisId = PolicyVariant['axis'];

/** The nine axes in the order of spec 11. */
export const AXES: Readonly<Record<AxisId, string>> = {
  'dax-fault': 'Fault serialisation',
  'truncate-vs-dma': 'Truncate and punch versus DMA',
  'longterm-file-pin': 'Long-term pins on file memory',
  'lease-break': 'Lease break',
  'pin-accounting': 'Pin accounting',
  'zone-device-refcount': 'ZONE_DEVICE refcounting',
  'bio-completion': 'Bio completion',
  'writeback-vs-pin': 'Writeback versus pinned pages',
  'device-migration': 'Device-private migration',
};

/** One variant of each axis, and the knobs. */
export interface Policy {
  readonly daxFault: DaxFault;
  readonly truncateVsDma: TruncateVsDma;
  readonly longtermFilePin: LongtermFilePin;
  readonly leaseBreak: LeaseBreak;
  readonly pinAccounting: PinAccounting;
  readonly zoneDeviceRefcount: ZoneDeviceRefcount;
  readonly bioCompletion: BioCompletion;
  readonly writebackVsPin: WritebackVsPin;
  readonly deviceMigration: DeviceMigration;
  readonly knobs: Knobs;
}
