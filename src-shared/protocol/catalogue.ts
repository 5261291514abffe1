import type { Source } from '../domain/source';
import type { Parameter } from './parameter';

/**
 * What an actor at a step waits for, so that `why` can follow it. `local` names are locals of the mechanism; their words
 * lie in the actor's running frame in the order of {@link StepEntry.locals}.
 */
export type WaitTarget =
  | { readonly kind: 'page-idle'; readonly pfn: string }
  | { readonly kind: 'entry'; readonly file: string; readonly index: string }
  | { readonly kind: 'blocks'; readonly fs: string }
  | { readonly kind: 'request'; readonly op: string }
  | { readonly kind: 'transfer'; readonly op: string }
  | { readonly kind: 'drained'; readonly mr: string }
  | { readonly kind: 'completions'; readonly cq: string }
  | { readonly kind: 'frozen'; readonly file: string }
  /** Until the log has made the metadata of a file durable. */
  | { readonly kind: 'log'; readonly file: string }
  /** Until the log of a file system has committed every transaction. */
  | { readonly kind: 'log-commit'; readonly fs: string }
  | { readonly kind: 'actor'; readonly actor: string }
  /** Until an NVMe-oF target has answered a request. */
  | { readonly kind: 'target-request'; readonly request: string }
  /** Until a namespace of an NVMe-oF target has no more requests. */
  | { readonly kind: 'namespace-idle'; readonly namespace: string }
  /** Until nobody has the next folio locked that an operation is about to move. */
  | { readonly kind: 'mover'; readonly op: string }
  /** Until the pages of memory that goes offline are released. */
  | { readonly kind: 'offlining'; readonly block: string }
  /** Until a page is no longer on its way to another place. */
  | { readonly kind: 'migration'; readonly process: string; readonly vpn: string }
  /** Until the other threads of the process have left. */
  | { readonly kind: 'threads'; readonly process: string }
  /** Until conflicting leases on the file are given up or taken by force. */
  | { readonly kind: 'lease'; readonly file: string; readonly writes: string; readonly layout: string }
  /** Until somebody asks for the lease of a descriptor. */
  | { readonly kind: 'lease-break'; readonly descriptor: string }
  /** Until no page of the file is held. */
  | { readonly kind: 'file-idle'; readonly file: string }
  /** Until a folio is unlocked: by its frame, or by the virtual page that names it. */
  | { readonly kind: 'folio-lock'; readonly pfn: string }
  | { readonly kind: 'page-lock'; readonly process: string; readonly vpn: string }
  /** Until a GPU has done the job of a task. */
  | { readonly kind: 'gpu-job'; readonly job: string }
  /** Until the work of the exporter on a dma-buf is done. */
  | { readonly kind: 'dmabuf-fence'; readonly buffer: string }
  /** Until a device uses nothing of a range that it is told of. */
  | { readonly kind: 'device-access'; readonly interval: string }
  /** Until no invalidation of an interval is going on. */
  | { readonly kind: 'invalidation'; readonly interval: string }
  /** Until what a GPU still has is let go. */
  | { readonly kind: 'device-empty'; readonly gpu: string }
  /** Until nobody has a folio pinned. */
  | { readonly kind: 'unpinned'; readonly pfn: string }
  /** Until nobody has the folio of a file page locked, or on its way to the medium. */
  | { readonly kind: 'cache-folio'; readonly file: string; readonly index: string }
  | { readonly kind: 'pgmap'; readonly pgmap: string }
  /** Until the busy list of a file system is empty. */
  | { readonly kind: 'busy-drained'; readonly fs: string }
  /** Until the machine has booted again after a power failure. */
  | { readonly kind: 'boot' }
  | { readonly kind: 'pages-held'; readonly file: string; readonly index: string }
  /** An engine or worker at rest: nothing to do is not being blocked. */
  | { readonly kind: 'work' };

/** A step as data. Ids are those of the trace's step column. */
export interface StepEntry {
  readonly id: number;
  readonly mechanism: string;
  /** The spec's name of the step: W4, GF3, … */
  readonly name: string;
  readonly title: string;
  readonly source: string;
  readonly locals: readonly string[];
  readonly waitsFor?: WaitTarget;
  /** The lock it takes: column of the table whose row the local names. */
  readonly lock?: { readonly table: string; readonly column: string; readonly local: string; readonly shared: boolean };
  readonly interruptible: boolean;
}

export interface PortEntry {
  readonly name: string;
  /** Ports link when one is the other's `mate`. */
  readonly type: PortType;
  /** How many links it takes. */
  readonly capacity: number;
}

export type PortType = 'memory-controller' | 'memory-module' | 'root-bus' | 'root-uplink' | 'pcie-downstream' | 'pcie-upstream' | 'fabric';

export const PORT_MATES: Readonly<Record<PortType, PortType>> = {
  'memory-controller': 'memory-module', 'memory-module': 'memory-controller',
  'root-bus': 'root-uplink', 'root-uplink': 'root-bus',
  'pcie-downstream': 'pcie-upstream', 'pcie-upstream': 'pcie-downstream',
  fabric: 'fabric',
};

export interface DeviceEntry {
  readonly kind: string;
  readonly title: string;
  readonly doc: string;
  /** Section of the palette. */
  readonly group: string;
  readonly ports: readonly PortEntry[];
  readonly parameters: readonly Parameter[];
}

export interface OperationEntry {
  readonly word: string;
  readonly title: string;
  readonly doc: string;
  readonly source: Source;
  readonly parameters: readonly Parameter[];
}

export interface VariantEntry {
  readonly id: string;
  readonly title: string;
  readonly doc: string;
  readonly era: string;
  readonly source: Source;
}

export interface AxisEntry {
  readonly id: string;
  readonly title: string;
  readonly variants: readonly VariantEntry[];
}

/** How many observations of a real kernel the lab agrees with. */
export interface Agreement {
  /** "Linux 6.1.192". */
  readonly kernel: string;
  readonly agree: number;
  readonly observed: number;
}

export interface PresetEntry {
  readonly id: string;
  readonly title: string;
  readonly variants: Readonly<Record<string, string>>;
  /** Where its kernel was observed. */
  readonly agreement?: Agreement;
  /** What knobs mean that are left to the era. */
  readonly knobs?: Readonly<Record<string, string>>;
  readonly source: Source;
}

/** Safety and liveness decide a verdict; a notice is worth seeing; rest is what a run leaves where it comes to rest. */
export type ViolationClass = 'safety' | 'liveness' | 'notice' | 'rest';

export interface InvariantEntry {
  readonly id: string;
  readonly class: ViolationClass;
  /** What a finding of it is called, where "notice" would say too little. */
  readonly word?: string;
  /** What must always hold, in one sentence. */
  readonly sentence: string;
  readonly source: Source;
}

/** All registries described as data (architecture 5): palette, forms, schema, help and docs are made from this. */
export interface Catalogue {
  readonly devices: readonly DeviceEntry[];
  readonly operations: readonly OperationEntry[];
  readonly axes: readonly AxisEntry[];
  readonly knobs: readonly Parameter[];
  readonly presets: readonly PresetEntry[];
  /** Kernel builds whose observed quirks are known: knob values by build. */
  readonly builds: Readonly<Record<string, Readonly<Record<string, string>>>>;
  readonly invariants: readonly InvariantEntry[];
}
