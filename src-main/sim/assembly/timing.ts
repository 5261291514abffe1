import type { LabLink, Topology } from '@shared/lab/lab';
import { quantityOf } from './parameter-values';

/** Bytes a second that one lane carries, by PCIe generation: transfer rate less line coding (PCI Express Base Specification). */
const LANE_BYTES_PER_S: Readonly<Record<number, number>> = { 1: 250e6, 2: 500e6, 3: 984.6e6, 4: 1_969e6, 5: 3_938e6, 6: 7_563e6 };
const GEN_DEFAULT = 4;
const WIDTH_DEFAULT = 16;
const NVME_WIDTH_DEFAULT = 4;

export const nodeOf = (end: string): string => end.split('.')[0];

/** Rate of a wire, away from the device or towards it where that differs: PCIe by generation and lanes, memory and fabric by the device at its end. */
export function bytesPerSecond(topology: Topology, link: LabLink, isRead = false): number {
  const ends = [nodeOf(link.from), nodeOf(link.to)].map(name => topology.nodes[name]);
  const nic = ends.find(node => node.kind === 'rdma-nic');
  if (ends.some(node => node.kind === 'rdma-peer') && nic !== undefined) return quantityOf(nic, 'bandwidth');
  const memory = ends.find(node => node.kind === 'host-memory');
  if (memory !== undefined) return quantityOf(memory, 'bandwidth');
  const pmem = ends.find(node => node.kind === 'pmem-region');
  if (pmem !== undefined) return quantityOf(pmem, isRead ? 'readBandwidth' : 'writeBandwidth');
  const width = link.width ?? (ends.some(node => node.kind === 'nvme-ssd') ? NVME_WIDTH_DEFAULT : WIDTH_DEFAULT);
  return LANE_BYTES_PER_S[link.gen ?? GEN_DEFAULT] * width;
}

/** A link as a path crosses it: index, and whether from its `from` to its `to`. */
export interface Crossing {
  readonly link: number;
  readonly forwards: boolean;
}

/** Links on the way from one node to another, shortest way; null if there is none. */
export function pathBetween(topology: Topology, from: string, to: string): readonly Crossing[] | null {
  const cameBy = new Map<string, Crossing | null>([[from, null]]);
  const queue = [from];
  for (const node of queue) {
    if (node === to) break;
    topology.links.forEach((link, index) => {
      const [a, b] = [nodeOf(link.from), nodeOf(link.to)];
      const next = a === node ? b : b === node ? a : null;
      if (next === null || cameBy.has(next)) return;
      cameBy.set(next, { link: index, forwards: a === node });
      queue.push(next);
    });
  }
  if (!cameBy.has(to)) return null;
  const path: Crossing[] = [];
  for (let node = to, crossing = cameBy.get(to); crossing !== null && crossing !== undefined; crossing = cameBy.get(node)) {
    path.push(crossing);
    const link = topology.links[crossing.link];
    node = nodeOf(crossing.forwards ? link.from : link.to);
  }
  return path.reverse();
}
