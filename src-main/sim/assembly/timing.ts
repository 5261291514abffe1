import type { LabLink, Topology } from '@shared/lab/lab';
import { PAGE_BYTES } from '@shared/units/pages';
import { NS_PER_S } from '@shared/units/time';
import { links } from '@shared/state/tables';
import { kernel } from '../kernel';
import { quantityOf } from './parameter-values';

/** Bytes a second that one lane carries, by PCIe generation: transfer rate less line coding (PCI Express Base Specification). */
const LANE_BYTES_PER_S: Readonly<Record<number, number>> = { 1: 250e6, 2: 500e6, 3: 984.6e6, 4: 1_969e6, 5: 3_938e6, 6: 7_563e6 };
const GEN_DEFAULT = 4;
const WIDTH_DEFAULT = 16;
const NVME_WIDTH_DEFAULT = 4;

const nodeOf = (end: string): string => end.split('.')[0];

/** Rate of a wire: PCIe by generation and lanes, memory and fabric by the device at its end. */
export function bytesPerSecond(topology: Topology, link: LabLink): number {
  const ends = [nodeOf(link.from), nodeOf(link.to)].map(name => topology.nodes[name]);
  const nic = ends.find(node => node.kind === 'rdma-nic');
  if (ends.some(node => node.kind === 'rdma-peer') && nic !== undefined) return quantityOf(nic, 'bandwidth');
  const memory = ends.find(node => node.kind === 'host-memory');
  if (memory !== undefined) return quantityOf(memory, 'bandwidth');
  const pmem = ends.find(node => node.kind === 'pmem-region');
  if (pmem !== undefined) return quantityOf(pmem, 'writeBandwidth');
  const width = link.width ?? (ends.some(node => node.kind === 'nvme-ssd') ? NVME_WIDTH_DEFAULT : WIDTH_DEFAULT);
  return LANE_BYTES_PER_S[link.gen ?? GEN_DEFAULT] * width;
}

/** Indexes of the links on the way from one node to another, shortest way; null if there is none. */
export function pathBetween(topology: Topology, from: string, to: string): readonly number[] | null {
  const cameBy = new Map<string, number>([[from, -1]]);
  const queue = [from];
  for (const node of queue) {
    if (node === to) break;
    topology.links.forEach((link, index) => {
      const [a, b] = [nodeOf(link.from), nodeOf(link.to)];
      const next = a === node ? b : b === node ? a : null;
      if (next === null || cameBy.has(next)) return;
      cameBy.set(next, index);
      queue.push(next);
    });
  }
  if (!cameBy.has(to)) return null;
  const path: number[] = [];
  for (let node = to; node !== from;) {
    const index = cameBy.get(node)!;
    path.push(index);
    const link = topology.links[index];
    node = nodeOf(link.from) === node ? nodeOf(link.to) : nodeOf(link.from);
  }
  return path.reverse();
}

interface Way {
  readonly links: readonly number[];
  readonly bytesPerSecond: number;
}

/** Ways from devices to memories, by device row and memory index. */
export type Ways = ReadonlyMap<number, readonly (Way | null)[]>;

export function wayOf(topology: Topology, device: string, memory: string, ownRate: number): Way | null {
  const path = pathBetween(topology, device, memory);
  if (path === null) return null;
  return { links: path, bytesPerSecond: Math.min(ownRate, ...path.map(index => bytesPerSecond(topology, topology.links[index]))) };
}

/** Time of one transfer that waits for earlier ones on every link it crosses, and occupies them. */
export function transferOver(way: Way, pages: number): number {
  const bytes = pages * PAGE_BYTES;
  const rows = way.links.map(index => links.$.row(index));
  const start = Math.max(kernel.nowNs, ...rows.map(row => links.busyUntilNs.get(row)));
  const end = start + Math.ceil((bytes * NS_PER_S) / way.bytesPerSecond);
  for (const row of rows) {
    links.busyUntilNs.set(row, end);
    links.bytes.set(row, links.bytes.get(row) + bytes);
  }
  return end - kernel.nowNs;
}
