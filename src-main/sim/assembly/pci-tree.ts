import type { Topology } from '@shared/lab/lab';
import type { PciTree } from '../kernel';
import { nodeOf } from './timing';

/** A word of a node; the default of its kind where the lab says none. */
const wordOf = (value: unknown, otherwise: string): string => (typeof value === 'string' ? value : otherwise);

/** Kinds that are PCI functions. */
const FUNCTIONS: ReadonlySet<string> = new Set(['nvme-ssd', 'sata-disk', 'gpu', 'rdma-nic', 'coherent-memory']);

/** The node above a node of the PCI tree: its switch or root complex; undefined where no wire leads up. */
function above(topology: Topology, node: string): string | undefined {
  for (const link of topology.links) {
    const isFrom = nodeOf(link.from) === node;
    if (!isFrom && nodeOf(link.to) !== node) continue;
    const [own, other] = isFrom ? [link.from, link.to] : [link.to, link.from];
    const kind = topology.nodes[nodeOf(other)].kind;
    if (kind === 'root-complex' || (kind === 'pcie-switch' && isUpstream(topology.nodes[node].kind, own, other, isFrom))) return nodeOf(other);
  }
  return undefined;
}

/** Between two switches, the port says which is above; where none is named, the one that the link goes from. */
const isUpstream = (kind: string, own: string, other: string, isFrom: boolean): boolean =>
  kind !== 'pcie-switch' || own.endsWith('.up') || other.endsWith('.down') || (!isFrom && !own.endsWith('.down') && !other.endsWith('.up'));

/** Bridges above a function, the nearest first, and the host bridge over them. Functions of one device stand behind one port. */
export function pciTreeOf(topology: Topology): PciTree {
  const bridges: { name: string; acs: boolean }[] = [];
  const nths = new Map<string, number>();
  const bridge = (name: string, acs: boolean): number => {
    if (!nths.has(name)) nths.set(name, bridges.push({ name, acs }) - 1);
    return nths.get(name)!;
  };
  const redirects = (node: string, below: string): boolean => {
    const acs = wordOf(topology.nodes[node]['acs'], 'none');
    return acs === 'all' || acs.split('+').includes(below);
  };
  const functions = Object.entries(topology.nodes).map(([node, labNode]) => {
    if (!FUNCTIONS.has(labNode.kind)) return null;
    const chain: number[] = [];
    let below = typeof labNode['functionOf'] === 'string' ? labNode['functionOf'] : node;
    for (let at = above(topology, below); at !== undefined; at = above(topology, at)) {
      const isRoot = topology.nodes[at].kind === 'root-complex';
      chain.push(bridge(`${at} to ${below}`, !isRoot && redirects(at, below)));
      if (isRoot) return { bridges: chain, hostBridge: at };
      chain.push(bridge(`${at} up`, false));
      below = at;
    }
    return { bridges: chain, hostBridge: null };
  });
  const hostBridges = Object.fromEntries(Object.entries(topology.nodes).filter(([, { kind }]) => kind === 'root-complex').map(([name, node]) => [name, wordOf(node['p2p'], 'not-listed')]));
  const cpu = Object.values(topology.nodes).find(({ kind }) => kind === 'cpu');
  return { functions, bridges, hostBridges, cpuForwards: cpu?.['vendor'] === 'amd' && cpu['zen'] === true };
}
