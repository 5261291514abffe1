import type { LabOperation } from '@shared/lab/lab';
import type { State } from '@shared/state/arena';
import type { RunMemory } from '@shared/trace/run-description';
import type { Costs } from './costs';
import type { Policy } from './policies/policy';

/** Where PCI functions stand (spec 7.2). */
export interface PciTree {
  /** By index of the node; null where it is no PCI function. */
  readonly functions: readonly ({ readonly bridges: readonly number[]; readonly hostBridge: string | null } | null)[];
  /** Ports of switches and root ports; `acs` is what they do when the lab begins. */
  readonly bridges: readonly { readonly name: string; readonly acs: boolean }[];
  /** What the kernel’s list says of each host bridge. */
  readonly hostBridges: Readonly<Record<string, string>>;
  /** AMD of family 17h and later forwards between root ports. */
  readonly cpuForwards: boolean;
}

/** What an NVMe drive says of itself, and its driver of it (spec 7.4). */
export interface DriveParameters {
  readonly cmbBytes: number;
  readonly cmbOffset: number;
  readonly barBytes: number;
  /** CMBSZ.RDS, CMBSZ.WDS, and submission queues where driver and drive both want them. */
  readonly cmbReads: boolean;
  readonly cmbWrites: boolean;
  readonly cmbQueues: boolean;
  readonly ioQueueCount: number;
  readonly queueDepth: number;
  /** Host memory that it prefers to have lent, and needs at least. */
  readonly hmbBytes: number;
  readonly hmbMinBytes: number;
}

/** What of the lab never changes during a run: policy, costs, programs. Mounted by `assemble`, read by mechanisms. */
export interface Kernel {
  policy: Policy;
  costs: Costs;
  /** All memory by its frames. */
  memories: readonly RunMemory[];
  /** Nodes of the topology by index. */
  nodes: readonly string[];
  pci: PciTree;
  /** NVMe drives by index of the node. */
  drives: ReadonlyMap<number, DriveParameters>;
  /** Operations of the lab by index. */
  operations: readonly MountedOperation[];
  /** The machine as it has just booted: what a power failure makes of all that is volatile. Only labs whose power fails have it. */
  booted: State | null;
  /** Where programs go on with a boot, by row of the actor, in the order of the program. */
  continuations: ReadonlyMap<number, readonly Continuation[]>;
  /** Whether the queue of a drive takes peer-to-peer memory (BLK_FEAT_PCI_P2PDMA). */
  takesP2p(drive: number): boolean;
  /** Index of the node that a drive, NIC or GPU is. */
  nodeOf(device: number): number;
  /** Time a drive needs before the first byte of a request moves; 0 for page cache on persistent memory (no drive). */
  mediaNs(drive: number): number;
  /** Time until `pages` from `pfn` on have crossed every link between a device and their memory, bandwidth shared with earlier transfers. */
  transferNs(device: number, pfn: number, pages: number): number;
  /** Time a packet needs from a peer to a NIC. */
  fabricNs(nic: number): number;
  /** Simulated time; exploring leaves it at 0. */
  nowNs: number;
}

/** A program goes on here with the n-th boot after a power failure. */
export interface Continuation {
  readonly boot: number;
  readonly step: number;
  /** Row of the operation that awaits the boot. */
  readonly op: number;
}

/** What fallocate(2) is asked to do with bytes [start, end) of a file. */
export interface LayoutChange {
  readonly mode: 'punch' | 'zero' | 'collapse' | 'insert' | 'alloc' | 'unshare';
  readonly start: number;
  readonly end: number;
}

/** An operation as mechanisms need it, its references resolved. */
export interface MountedOperation {
  readonly row: number;
  readonly name: string;
  readonly actor: number;
  readonly source: LabOperation;
  /** Size it asks for, where it asks for one. */
  readonly sizeBytes: number;
  /** What it does to the layout of a file besides setting its size. */
  readonly change: LayoutChange | null;
  /** How often it runs; Infinity until it fails. */
  readonly times: number;
  /** Symbolic content that it writes. */
  readonly tag: number;
}

export const kernel = {} as Kernel;
