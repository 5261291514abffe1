import type { Dimension } from '../units/quantity';
import type { Source } from '../domain/source';

/** What a parameter names or measures. References name something else in the lab. */
export type ParameterType =
  | { readonly kind: 'quantity'; readonly dimension: Dimension; readonly min: number; readonly max: number; readonly default?: number }
  | { readonly kind: 'choice'; readonly values: readonly string[]; readonly default?: string }
  | { readonly kind: 'flag'; readonly default: boolean }
  | { readonly kind: 'text'; readonly default?: string }
  /** "first+count" in pages of a file, mapping or registration (oracle vocabulary: pages). */
  | { readonly kind: 'pages' }
  | { readonly kind: 'reference'; readonly to: ReferenceTarget }
  /** Files of a file system, by name: size and layout of each. */
  | { readonly kind: 'files' };

export type ReferenceTarget = 'file' | 'mapping' | 'p2p-buffer' | 'nvmet-namespace' | 'nvmf-controller' | 'mr' | 'pipe' | 'fd' | 'actor' | 'drive' | 'p2p-provider' | 'gpu-memory' | 'pci-device' | 'zone-device' | 'memory' | 'nvme-ssd' | 'rdma-nic' | 'rdma-peer' | 'cpu' | 'host-memory' | 'pmem-region' | 'gpu' | 'sata-disk' | 'coherent-memory' | 'pcie-switch';

/** Device kinds that a reference may mean where it does not name one. */
export const KINDS_OF_TARGET = {
  drive: ['nvme-ssd', 'sata-disk'],
  'gpu-memory': ['gpu', 'coherent-memory'],
  'p2p-provider': ['nvme-ssd', 'gpu'],
  'pci-device': ['nvme-ssd', 'sata-disk', 'gpu', 'rdma-nic', 'coherent-memory'],
  memory: ['nvme-ssd', 'gpu', 'coherent-memory', 'pmem-region', 'host-memory'],
  'zone-device': ['pmem-region', 'nvme-ssd', 'gpu', 'coherent-memory'],
} as const satisfies { readonly [Target in ReferenceTarget]?: readonly string[] };

/** Kinds of the nodes that a reference may name. */
export const kindsOfTarget = (target: string): readonly string[] => (target in KINDS_OF_TARGET ? KINDS_OF_TARGET[target as keyof typeof KINDS_OF_TARGET] : [target]);

/** One parameter of a device, an operation, a cost or a knob: enough to draw a form, check a lab and print help. */
export interface Parameter {
  readonly name: string;
  readonly title: string;
  readonly doc: string;
  readonly type: ParameterType;
  readonly required: boolean;
  readonly source?: Source;
}
