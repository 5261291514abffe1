import type { LabDraft } from './draft';

/** Latency of the slow device of the probes: I/O on it ends that long after its start. */
export const SLOW_DRIVE = 'slow';
export const FAST_DRIVE = 'ram';

/** The machine of the probes: two NUMA nodes, a drive that takes 1500 ms and one that takes no time, and a NIC with a peer. */
export function addMachine(draft: LabDraft): void {
  draft.node('cpu0', { kind: 'cpu' });
  draft.node('node0', { kind: 'host-memory', size: '2 GiB' }, { port: 'bus', to: 'cpu0.memory' });
  draft.node('rc0', { kind: 'root-complex' }, { port: 'bus', to: 'cpu0.root' });
}

/** Devices are there once they are used: a lab is read by people. */
export function useDrive(draft: LabDraft, name: string): void {
  draft.node(name, { kind: 'nvme-ssd', mediaLatency: name === SLOW_DRIVE ? '1500 ms' : '10 us' }, { port: 'pcie', to: 'rc0.port' });
}

export function useNic(draft: LabDraft): void {
  draft.node('nic0', { kind: 'rdma-nic' }, { port: 'pcie', to: 'rc0.port' });
}

/** A second NUMA node, and the one whose memory comes by hot-plug. */
export function useNode(draft: LabDraft, id: number, zone: string): string {
  const name = `node${id}`;
  // The nodes of the machine that always have memory: where pages go when they may not stay depends on them.
  if (id > 1) useNode(draft, 1, 'normal');
  if (id > 0) draft.node(name, { kind: 'host-memory', size: id === 1 ? '1 GiB' : '512 MiB', node: id, ...(zone === 'normal' ? {} : { zone }) }, { port: 'bus', to: 'cpu0.memory' });
  return name;
}
