import type { LabOperation } from '@shared/lab/lab';
import type { RunMemory } from '@shared/trace/run-description';
import type { Costs } from './costs';
import type { Policy } from './policies/policy';

/** What of the lab never changes during a run: policy, costs, programs. Mounted by `assemble`, read by mechanisms. */
export interface Kernel {
  policy: Policy;
  costs: Costs;
  /** All memory by its frames. */
  memories: readonly RunMemory[];
  /** Operations of the lab by index. */
  operations: readonly MountedOperation[];
  /** Time a drive needs before the first byte of a request moves. */
  mediaNs(drive: number): number;
  /** Time until `pages` from `pfn` on have crossed every link between a device and their memory, bandwidth shared with earlier transfers. */
  transferNs(device: number, pfn: number, pages: number): number;
  /** Time a packet needs from a peer to a NIC. */
  fabricNs(nic: number): number;
  /** Simulated time; exploring leaves it at 0. */
  nowNs: number;
}

/** An operation as mechanisms need it, its references resolved. */
export interface MountedOperation {
  readonly row: number;
  readonly name: string;
  readonly actor: number;
  readonly source: LabOperation;
  /** Size it asks for, where it asks for one. */
  readonly sizeBytes: number;
  /** How often it runs; Infinity until it fails. */
  readonly times: number;
  /** Symbolic content that it writes. */
  readonly tag: number;
}

export const kernel = {} as Kernel;
