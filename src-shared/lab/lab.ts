/** Operations that bring a file into being, and the parameter that names it. */
export const FILE_MAKERS: Readonly<Record<string, string>> = { create: 'name', 'fill-fs': 'name', reflink: 'to' };

/** Version of the lab file format this build writes and reads. */
export const LAB_VERSION = 1;

/** A scalar as it stands in the file: "64 GiB", 42, true. Meaning comes from the parameter it fills. */
export type Scalar = string | number | boolean;

/** A file: on the file system of its device, or in host memory on the pseudo file system that `fs` names. */
export interface LabFile {
  readonly size: Scalar;
  readonly layout?: 'hole' | 'unwritten' | 'written';
  readonly fs?: 'tmpfs' | 'memfd' | 'hugetlb' | 'secretmem' | 'pci-bar';
  /** Its pages are in the page cache at the start, clean. A file in host memory always is. */
  readonly cached?: boolean;
  /** The file system keeps checksums of its data: a page must not change while it is written back. */
  readonly checksums?: boolean;
  /** uid of its owner; root (0) if not said. */
  readonly owner?: number;
  /** Permission bits in octal, such as "0666"; 0644 if not said. */
  readonly mode?: Scalar;
  /** The per-file DAX flag: 1 is set. What a directory has, files made in it inherit. */
  readonly xflag?: number;
  readonly type?: 'regular' | 'directory' | 'pipe';
  /** The file system lets its pages be pinned for the long term (policy fs-contract). */
  readonly pinnable?: boolean;
}

/** A device: its kind and parameters, those of the kind’s catalogue entry. */
export interface LabNode {
  readonly kind: string;
  readonly label?: string;
  readonly files?: Readonly<Record<string, LabFile>>;
  readonly [parameter: string]: Scalar | Readonly<Record<string, LabFile>> | undefined;
}

/** A wire between two ports, each "node" or "node.port" (the only mating port where it is not named). */
export interface LabLink {
  readonly from: string;
  readonly to: string;
  /** PCIe lanes. */
  readonly width?: number;
  /** PCIe generation. */
  readonly gen?: number;
}

export interface Topology {
  readonly nodes: Readonly<Record<string, LabNode>>;
  readonly links: readonly LabLink[];
}

/** One operation: its word and parameters, e.g. `ftruncate: { file: F, size: 0, at: 5 us }`. */
export interface LabOperation {
  readonly word: string;
  readonly parameters: Readonly<Record<string, Scalar>>;
}

export interface LabActor {
  /** Address space it runs in; its own name if not said. Actors of one process are threads. */
  readonly process?: string;
  /** Where it runs: a cpu, or an rdma-peer for a remote program. */
  readonly on?: string;
  /** What it does when a signal arrives; `none` is the default action. */
  readonly handler?: 'none' | 'restart' | 'no-restart';
  /** RLIMIT_MEMLOCK of its process; unlimited if not said. */
  readonly memlock?: Scalar;
  /** Has CAP_IPC_LOCK. */
  readonly ipcLock?: boolean;
  /** User of its process; root (0) if not said. */
  readonly uid?: number;
  /** Capabilities of its process, CAP_IPC_LOCK apart; all if not said. */
  readonly caps?: 'all' | 'none';
  readonly ops: readonly LabOperation[];
}

export interface LabSchedule {
  readonly name: string;
  readonly text: string;
}

export interface Bounds {
  readonly stepsMax?: number;
  readonly endNs?: Scalar;
}

export type Quantifier = 'this-run' | 'every-schedule' | 'some-schedule';

/** One assertion. Exactly one subject is given; see `expectation.ts` for what each asserts. */
export interface Expectation {
  readonly when?: string | readonly string[];
  readonly holds?: Quantifier;
  /** Schedule of `schedules` that shows it, for `some-schedule`. */
  readonly schedule?: string;
  /** Schedule of `schedules` that leads to the state it speaks about: where its words are used up, before the run goes on. */
  readonly upTo?: string;
  readonly assumed?: boolean;
  readonly op?: string;
  readonly result?: number;
  readonly errno?: string;
  readonly killedBy?: string;
  readonly status?: string;
  readonly blockedOn?: string;
  /** Content of the first byte it read: "zero", a file whose initial data it is, or the operation that wrote it. Of several, one. */
  readonly sees?: string | readonly string[];
  /** "F:1", "buf:1" of a mapping, "m1:1" of what the NIC has for a registration; behind @ a byte of it. */
  readonly page?: string;
  readonly ref?: number;
  readonly pins?: number;
  readonly maps?: number;
  readonly owner?: string | readonly string[];
  readonly content?: string | readonly string[];
  /** Of a page of a mapping, "buf:1": its page-table entry, and whether that is a PMD. */
  readonly entry?: string;
  readonly huge?: boolean;
  /** Node of the memory that the page is in. */
  readonly memory?: string;
  readonly folioPages?: number;
  /** File that folio.mapping names; none where it is null. */
  readonly folioMapping?: string;
  /** Of a page of a DAX file, "F:1": its mapping entry (none, real, zero, empty, "PMD real", …) and what fsync would find of it (clean, dirty, to write). */
  readonly daxEntry?: string;
  readonly daxTag?: string;
  readonly file?: string;
  readonly size?: Scalar;
  readonly fs?: string;
  readonly free?: number;
  readonly allocatable?: number;
  /** How often a busy extent of the file system has cleared. */
  readonly busyGeneration?: number;
  readonly violated?: string;
  readonly notViolated?: string;
  readonly order?: readonly string[];
  readonly process?: string;
  readonly pinnedVm?: number;
  /** folio_maybe_dma_pinned() of the page. */
  readonly maybePinned?: boolean;
  /** A column of a row: "pgmap of nvme0: refs". */
  readonly state?: string;
  /** Its value: a number, or the word for it. */
  readonly is?: Scalar;
}

/** A guided lab: what a person reads, predicts, runs and sees, step by step. */
export interface Guide {
  readonly intro: string;
  readonly steps: readonly GuideStep[];
}

export interface GuideStep {
  readonly title: string;
  readonly policy: string;
  /** What to do and look at. */
  readonly text: string;
  readonly question: string;
  readonly answers: readonly string[];
  /** Index into `answers`. */
  readonly correct: number;
  /** What happened and why. */
  readonly explanation: string;
  readonly source: string;
  /** Selector that the step asks "why?" of: `op:admin.1`, `page:F:1`. */
  readonly look?: string;
}

export interface Lab {
  readonly version: number;
  readonly title: string;
  readonly guide?: Guide;
  readonly topology: Topology;
  readonly layout?: Readonly<Record<string, { readonly x: number; readonly y: number }>>;
  readonly actors: Readonly<Record<string, LabActor>>;
  readonly policy?: string;
  readonly seed?: number;
  readonly bounds?: Bounds;
  readonly schedules?: readonly LabSchedule[];
  readonly watch?: readonly string[];
  readonly expect?: readonly Expectation[];
  readonly notes?: string;
}
