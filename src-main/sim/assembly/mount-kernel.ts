import { bridges } from '@shared/state/p2p-tables';
import { accesses, actors } from '@shared/state/tables';
import type { Row } from '@shared/state/dictionary';
import { PAGE_BYTES } from '@shared/units/pages';
import { COSTS, type Costs } from '../costs';
import { machine } from '../engine/machine';
import type { Topology } from '@shared/lab/lab';
import { kernel, type DriveParameters } from '../kernel';
import { isZeroFrame, memoryAt } from '../mechanisms/memory-types';
import { barBytes } from './lab-memories';
import type { LabNames } from './lab-names';
import { LinkSharing, wayAlong, type Way } from './link-sharing';
import { flagOf, quantityOf } from './parameter-values';
import { pciTreeOf } from './pci-tree';
import { pathBetween } from './timing';

function drivesOf(topology: Topology): ReadonlyMap<number, DriveParameters> {
  return new Map(Object.values(topology.nodes).flatMap((node, nth): [number, DriveParameters][] => (node.kind !== 'nvme-ssd' ? [] : [[nth, {
    cmbBytes: quantityOf(node, 'cmb'), cmbOffset: quantityOf(node, 'cmbOffset'), barBytes: barBytes(node),
    cmbReads: flagOf(node, 'cmbReads'), cmbWrites: flagOf(node, 'cmbWrites'), cmbQueues: flagOf(node, 'cmbQueues'),
    ioQueueCount: quantityOf(node, 'ioQueues'), queueDepth: quantityOf(node, 'queueDepth'), hmbBytes: quantityOf(node, 'hmb'),
  }]])));
}

/** Devices that move data, and the memories that no wire leads to from them. */
export type Unreached = ReadonlyMap<Row, readonly string[]>;

/** Costs, and the ways of data through the topology. */
export function mountKernel(names: LabNames, devices: ReadonlyMap<string, Row>): Unreached {
  const { topology } = names.lab;
  const cpuNode = Object.values(topology.nodes).find(node => node.kind === 'cpu') ?? { kind: 'cpu' };
  kernel.costs = Object.fromEntries(Object.keys(COSTS).map(name => [name, quantityOf(cpuNode, name)])) as Costs;
  kernel.nodes = Object.keys(topology.nodes);
  kernel.pci = pciTreeOf(topology);
  kernel.drives = drivesOf(topology);
  kernel.pci.bridges.forEach(({ acs }, nth) => { bridges.acs.set(bridges.$.row(nth), acs ? 1 : 0); });
  const nodeOfRow = new Map([...devices].map(([node, row]) => [row, node]));
  const parameter = (device: Row, name: string): number => quantityOf(topology.nodes[nodeOfRow.get(device)!], name);
  kernel.takesP2p = drive => topology.nodes[nodeOfRow.get(drive) ?? '']?.kind === 'nvme-ssd';
  kernel.mediaNs = drive => (drive === 0 ? 0 : parameter(drive, 'mediaLatency'));
  kernel.fabricNs = nic => parameter(nic, 'latency');

  const ways: Way[] = [];
  const wayNths = new Map<string, number>();
  const unreached = new Map<Row, string[]>();
  const key = (device: Row, memory: string, isRead: boolean): string => `${device} ${memory} ${isRead ? 'read' : 'write'}`;
  for (const [node, device] of devices) {
    unreached.set(device, []);
    for (const memory of names.memories) {
      const path = pathBetween(topology, node, memory.node);
      if (path === null) unreached.get(device)!.push(memory.node);
      else for (const isRead of [false, true]) wayNths.set(key(device, memory.node, isRead), ways.push(wayAlong(topology, path, isRead, parameter(device, 'bandwidth'))) - 1);
    }
  }
  const sharing = new LinkSharing(ways);
  kernel.transferNs = (device, pfn, pages) => {
    if (isZeroFrame(pfn)) return 0;
    const isRead = accesses.wrote.get(accesses.$.row(actors.nth.get(machine.self))) === 0;
    const way = wayNths.get(key(device, memoryAt(pfn).node, isRead));
    return way === undefined ? 0 : sharing.begin(way, pages * PAGE_BYTES);
  };
  return unreached;
}
