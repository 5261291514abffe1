import { bridges } from '@shared/state/p2p-tables';
import { accesses, actors } from '@shared/state/tables';
import type { Row } from '@shared/state/dictionary';
import { PAGE_BYTES } from '@shared/units/pages';
import { COSTS, type Costs } from '../costs';
import { machine } from '../engine/machine';
import type { Topology } from '@shared/lab/lab';
import { kernel, type DriveParameters } from '../kernel';
import { isZeroFrame, memoryAt } from '../mechanisms/memory-types';
import { knownRoute, ROUTE } from '../mechanisms/p2p-distance';
import { barBytes } from './lab-memories';
import type { LabNames } from './lab-names';
import { LinkSharing, wayAlong, type Way } from './link-sharing';
import { flagOf, quantityOf } from './parameter-values';
import { pciTreeOf } from './pci-tree';
import { pathBetween, type Crossing } from './timing';

function drivesOf(topology: Topology): ReadonlyMap<number, DriveParameters> {
  return new Map(Object.values(topology.nodes).flatMap((node, nth): [number, DriveParameters][] => (node.kind !== 'nvme-ssd' ? [] : [[nth, {
    cmbBytes: quantityOf(node, 'cmb'), cmbOffset: quantityOf(node, 'cmbOffset'), barBytes: barBytes(node),
    cmbReads: flagOf(node, 'cmbReads'), cmbWrites: flagOf(node, 'cmbWrites'), cmbQueues: flagOf(node, 'cmbQueues'),
    ioQueueCount: quantityOf(node, 'ioQueues'), queueDepth: quantityOf(node, 'queueDepth'), hmbBytes: quantityOf(node, 'hmb'), hmbMinBytes: quantityOf(node, 'hmbMin'),
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
  kernel.nodeOf = device => kernel.nodes.indexOf(nodeOfRow.get(device) ?? '');
  kernel.takesP2p = drive => topology.nodes[nodeOfRow.get(drive) ?? '']?.kind === 'nvme-ssd';
  kernel.mediaNs = drive => (drive === 0 ? 0 : parameter(drive, 'mediaLatency'));
  kernel.fabricNs = nic => parameter(nic, 'latency');

  const ways: Way[] = [];
  const wayNths = new Map<string, number>();
  const unreached = new Map<Row, string[]>();
  const key = (device: Row, memory: string, isRead: boolean, over: Over): string => `${device} ${memory} ${isRead ? 'read' : 'write'} ${over}`;
  for (const [node, device] of devices) {
    unreached.set(device, []);
    const addWays = (memory: string, path: readonly Crossing[], over: Over): void => {
      for (const isRead of [false, true]) wayNths.set(key(device, memory, isRead, over), ways.push(wayAlong(topology, path, isRead, parameter(device, 'bandwidth'))) - 1);
    };
    for (const memory of names.memories) {
      const path = pathBetween(topology, wiredNode(topology, node), wiredNode(topology, memory.node));
      if (path === null) unreached.get(device)!.push(memory.node);
      else addWays(memory.node, path, 'the shortest way');
      const overRoot = memory.type === 'p2pdma' ? pathOverRoot(topology, node, memory.node) : null;
      if (overRoot !== null) addWays(memory.node, overRoot, 'the root');
    }
  }
  const sharing = new LinkSharing(ways);
  kernel.transferNs = (device, pfn, pages) => {
    if (isZeroFrame(pfn)) return 0;
    const isRead = accesses.wrote.get(accesses.$.row(actors.nth.get(machine.self))) === 0;
    const memory = memoryAt(pfn);
    const isOverRoot = memory.type === 'p2pdma' && knownRoute(kernel.nodes.indexOf(memory.node), kernel.nodeOf(device)) === ROUTE.throughHostBridge;
    const way = wayNths.get(key(device, memory.node, isRead, isOverRoot ? 'the root' : 'the shortest way'));
    return way === undefined ? 0 : sharing.begin(way, pages * PAGE_BYTES);
  };
  return unreached;
}

/** Packets with a bus address turn round at the first switch; what is mapped through the host bridge goes up to it (spec 7.3). */
type Over = 'the shortest way' | 'the root';

/** The node whose wire a function uses: functions of one device stand behind one port. */
const wiredNode = (topology: Topology, node: string): string => {
  const { functionOf } = topology.nodes[node];
  return typeof functionOf === 'string' ? functionOf : node;
};

/** The way of peer traffic that bridges send up to the root: to the host bridge of one end, and down from that of the other. */
function pathOverRoot(topology: Topology, client: string, provider: string): readonly Crossing[] | null {
  const [up, down] = [client, provider].map(node => kernel.pci.functions[kernel.nodes.indexOf(node)]?.hostBridge ?? null);
  if (up === null || down === null) return null;
  const legs = [[wiredNode(topology, client), up], [up, down], [down, wiredNode(topology, provider)]].map(([from, to]) => pathBetween(topology, from, to));
  return legs.includes(null) ? null : legs.flatMap(leg => leg ?? []);
}
