import type { Source } from '@shared/domain/source';
import type { Mechanism } from '../engine/step';

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
}

/** The kinds of hold a piece of code may take (spec 1.4). */
export type HoldKind = 'get' | 'pin' | 'longterm';

/** How pins are told from references (spec 1.9). Per page of a small folio. */
export interface PinAccounting extends Described {
  readonly axis: 'pin-accounting';
  /** What one hold adds to the refcount. */
  refsOf(how: HoldKind): number;
  /** What one hold adds to the pincount. */
  pinsOf(how: HoldKind): number;
  /** Whether pins move the two vm counters. */
  readonly countsPins: boolean;
  maybeDmaPinned(refs: number, pins: number): boolean;
}

/** When a file-system DAX page counts as idle, busy, or wakes a waiter (spec 2.2). */
export interface ZoneDeviceRefcount extends Described {
  readonly axis: 'zone-device-refcount';
  readonly idleRefs: number;
  /** Whether mapping a DAX page takes a reference. */
  readonly mappingsCount: boolean;
  /** Whether a layout break deletes every DAX entry of the file once its pages are idle (W7). */
  readonly breakDeletesEntries: boolean;
}

/** What a long-term pin is asked for (spec 1.5, 5.2). */
export interface LongtermRequest {
  readonly fsdax: boolean;
  readonly shared: boolean;
}

/** Which long-term pins on file memory are allowed (spec 5.2). Answers an errno; 0 allows. */
export interface LongtermFilePin extends Described {
  readonly axis: 'longterm-file-pin';
  refusal(request: LongtermRequest): number;
}

/** How the block layer holds and releases the pages of a user buffer (spec 9.3, 1.4). */
export interface BioCompletion extends Described {
  readonly axis: 'bio-completion';
  /** What O_DIRECT takes on its buffer, and its completion releases. */
  readonly directIoHold: HoldKind;
}

/** Axes with one value so far: the value names what the mechanisms do. */
export interface OnlyValue extends Described {
  readonly axis: 'dax-fault' | 'lease-break' | 'writeback-vs-pin' | 'device-migration';
}

export type PolicyVariant = TruncateVsDma | PinAccounting | ZoneDeviceRefcount | LongtermFilePin | BioCompletion | OnlyValue;
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

/** Switches inside a variant (spec 4.5–4.7); values are those of the lab, else these defaults. */
export interface Knobs {
  /** 4.5: shipped kernels scan the whole file; virtio-fs scans the range of the operation. */
  readonly scanRange: 'whole-file' | 'op-range';
  /** 4.7: which holds make a layout operation fail; what is not failed waits. */
  readonly etxtbsyScope: 'longterm-only' | 'any-ref';
  /** 4.6: what an allocation does when only busy blocks are left. */
  readonly busyFull: 'wait' | 'enospc';
  /** 4.6: whether an extent with one busy page keeps only that page busy. */
  readonly busySplit: boolean;
  /** 1.4: registering without write access is a forced write all the same. */
  readonly mrReadOnlyForcesWrite: boolean;
}

/** One variant of each axis, and the knobs. */
export interface Policy {
  readonly truncateVsDma: TruncateVsDma;
  readonly pinAccounting: PinAccounting;
  readonly zoneDeviceRefcount: ZoneDeviceRefcount;
  readonly longtermFilePin: LongtermFilePin;
  readonly bioCompletion: BioCompletion;
  readonly others: readonly OnlyValue[];
  readonly knobs: Knobs;
}
