import type { MemoryType } from '../domain/memory-type';
import type { PinForm } from '../domain/pin-form';
import type { Source } from '../domain/source';
import type { StepEntry, ViolationClass } from '../protocol/catalogue';
import type { NamedRow } from './chunk';

/** Actors as the run numbers them. */
export interface RunActor extends NamedRow {
  /** A program of the lab, a kernel worker, or a device engine. */
  readonly kind: 'task' | 'worker' | 'device';
  /** Topology node it belongs to, if any. */
  readonly node: string | null;
}

export interface RunOperation extends NamedRow {
  readonly actor: number;
  readonly word: string;
  /** "ftruncate F to 0 B". */
  readonly text: string;
  /** Steps of other operations that would end what this one holds; for `why`. */
  readonly repeats: boolean;
}

/** Frames that belong to one memory device. */
export interface RunMemory {
  readonly node: string;
  readonly kind: 'host-memory' | 'pmem-region' | 'coherent-memory' | 'gpu' | 'nvme-ssd';
  readonly type: MemoryType;
  readonly firstPfn: number;
  readonly pageCount: number;
  /** Row of its file system, 0 if none. */
  readonly fs: number;
  readonly numaNode: number;
}

/** A wire that data can move over. */
export interface RunLink extends NamedRow {
  readonly from: string;
  readonly to: string;
  readonly bytesPerSecond: number;
}

/** Which rule is in force, and who says so. */
export interface ActiveVariant {
  readonly axis: string;
  readonly id: string;
  readonly title: string;
  readonly source: Source;
  readonly assumed: boolean;
}

/** What of the accounting rules a reader needs to explain counts (spec 1.9, 2.2). */
export interface CountRules {
  /** Refcount of a frame that nobody maps and nobody holds. */
  readonly baseRefs: Readonly<Record<MemoryType, number>>;
  /** Whether a mapping holds a reference. */
  readonly mappingsHold: Readonly<Record<MemoryType, boolean>>;
  /** Whether a pgmap has a reference for each of its pages from its creation on. */
  readonly pagesHoldPgmap: Readonly<Record<MemoryType, boolean>>;
  readonly smallPin: PinForm;
  readonly largePin: PinForm;
}

/** Names and meanings that a trace's integers refer to. Everything here is constant during the run. */
export interface RunDescription {
  readonly title: string;
  readonly policy: string;
  readonly seed: number;
  readonly schedule: string | null;
  readonly host: number;
  readonly actors: readonly RunActor[];
  readonly operations: readonly RunOperation[];
  readonly files: readonly (NamedRow & { readonly fs: number })[];
  readonly processes: readonly NamedRow[];
  readonly mappings: readonly NamedRow[];
  readonly pipes: readonly NamedRow[];
  readonly regions: readonly NamedRow[];
  /** io_uring rings, AF_XDP sockets, and users in the kernel. */
  readonly buffers: readonly NamedRow[];
  /** Queue pairs, completion queues, protection domains, memory windows, dma-bufs. */
  readonly verbs: readonly NamedRow[];
  readonly memories: readonly RunMemory[];
  /** File systems on drives, by node. */
  readonly driveFilesystems: readonly NamedRow[];
  /** Nodes of the topology in order. */
  readonly nodes: readonly string[];
  /** Root ports and ports of switches, in the order of their rows. */
  readonly bridges: readonly string[];
  /** Peer-to-peer memory that the lab’s programs allocate, by index. */
  readonly p2pBuffers: readonly NamedRow[];
  /** Namespaces and controllers of NVMe-oF targets. */
  readonly targets: readonly NamedRow[];
  readonly links: readonly RunLink[];
  /** Node of each drive and NIC row. */
  readonly devices: readonly NamedRow[];
  readonly steps: readonly StepEntry[];
  readonly variants: readonly ActiveVariant[];
  readonly counts: CountRules;
  readonly invariants: readonly { readonly id: string; readonly class: ViolationClass; readonly sentence: string; readonly source: Source }[];
  /** Pages the lab asks to watch: "F:1". */
  readonly watch: readonly string[];
}

/** One line of an explanation. `at` is where a click leads. */
export interface WhyLink {
  readonly text: string;
  readonly at?: { readonly kind: 'actor' | 'operation' | 'page' | 'row' | 'step' | 'policy'; readonly value: string };
}

export interface RunViolation {
  readonly id: string;
  readonly class: ViolationClass;
  /** What its rule calls a finding, where it has a word of its own. */
  readonly word?: string;
  readonly sentence: string;
  /** Index of the step that broke it; the number of steps if the end of the run showed it. */
  readonly step: number;
  readonly timeNs: number;
  readonly chain: readonly string[];
  /** True if the rule rests on something nobody knows (spec 12). */
  readonly assumed: boolean;
}

export interface OperationOutcome {
  readonly actor: string;
  readonly op: string;
  readonly text: string;
  /** `lost`: the power failed while it ran. */
  readonly state: 'pending' | 'running' | 'done' | 'skipped' | 'lost';
  readonly result: number | null;
  readonly errno: string | null;
  readonly killedBy: string | null;
  /** Work completion status of an RDMA operation. */
  readonly status: string | null;
  readonly blockedOn: string | null;
  readonly startNs: number | null;
  readonly endNs: number | null;
  readonly rounds: number;
  /** How long others held it up in simulated time, its own I/O apart; 0 where a schedule ordered the steps. */
  readonly blockedNs: number;
  /** The outcome rests on a rule that nobody knows. */
  readonly assumed: boolean;
}

export interface ExpectationOutcome {
  readonly text: string;
  readonly holds: string;
  /** Recorded schedule that it speaks about; null is the run in time order, or any. */
  readonly schedule: string | null;
  readonly ok: boolean | null;
  readonly reason: string;
}

/** How a run ended: every program finished, nothing can go on, the logical state came back, a kernel would have crashed, or a bound was hit. */
export type RunEnd = 'finished' | 'blocked' | 'lasso' | 'crash' | 'bound';

/** The object that `pinlab run --json` prints (interfaces.md), with what the app shows besides. */
export interface RunSummary {
  readonly lab: string;
  readonly policy: string;
  readonly seed: number;
  readonly schedule: string | null;
  readonly digest: string;
  readonly end: RunEnd;
  readonly steps: number;
  readonly endNs: number;
  readonly operations: readonly OperationOutcome[];
  readonly violations: readonly RunViolation[];
  readonly notices: readonly RunViolation[];
  /** What is still held, busy or blocked where the run came to rest (spec 10.3): named, never a fault by itself. */
  readonly leftBehind: readonly RunViolation[];
  readonly expectations: readonly ExpectationOutcome[];
  readonly cost: RunCost;
}

/** What a run cost beside time. */
export interface RunCost {
  /** How often somebody had to wait. */
  readonly waits: number;
  readonly zeroedPages: number;
  readonly bouncedPages: number;
}
