import { accepted, refused, type Result } from '../base/result';
import type { Topology } from './lab';
import { PORT_MATES, type Catalogue, type DeviceEntry, type PortEntry, type PortType } from '../protocol/catalogue';

/** A port of a node of a topology. */
export interface PortPlace {
  readonly node: string;
  readonly port: PortEntry;
}

/** The two ports that a link joins. */
export interface LinkPorts {
  readonly fromPort: string;
  readonly toPort: string;
}

/**
 * Whether a wire may join `from` and `to`, each "node" or "node.port", besides the links that are there. Refuses with the
 * rule that forbids it, in one sentence. Where a port is not named, the first pair that mates and has room is taken.
 */
export function linkVerdict(catalogue: Catalogue, topology: Topology, from: string, to: string): Result<LinkPorts, string> {
  const source = endOf(catalogue, topology, from);
  if (!source.ok) return source;
  const target = endOf(catalogue, topology, to);
  if (!target.ok) return target;
  if (source.value.node === target.value.node) return refused(`${source.value.node} cannot be linked to itself`);
  const mates = matesOf(source.value, target.value);
  if (mates.length === 0) return refused(noMate(source.value, target.value));
  const taken = portsTaken(catalogue, topology);
  if (isLinked(taken.links, source.value.node, target.value.node, mates)) return refused(`${source.value.node} and ${target.value.node} are linked already`);
  const free = mates.find(pair => pair.every(({ node, port }) => taken.count(node, port.name) < port.capacity));
  if (free === undefined) return refused(full(mates, taken));
  if (closesLoop(taken.links, free)) return refused(`a link from ${source.value.node} to ${target.value.node} would close a loop: PCIe is a tree`);
  return accepted({ fromPort: free[0].port.name, toPort: free[1].port.name });
}

/** Every port of the topology that `from` may be linked to. */
export function legalTargets(catalogue: Catalogue, topology: Topology, from: string): readonly { readonly node: string; readonly ports: LinkPorts }[] {
  return Object.keys(topology.nodes).flatMap(node => {
    const verdict = linkVerdict(catalogue, topology, from, node);
    return verdict.ok ? [{ node, ports: verdict.value }] : [];
  });
}

/** Ports that the ends of an existing link take; null where the link is not legal by type. */
export function portsOfLink(catalogue: Catalogue, topology: Topology, from: string, to: string): readonly [PortPlace, PortPlace] | null {
  const source = endOf(catalogue, topology, from);
  const target = endOf(catalogue, topology, to);
  if (!source.ok || !target.ok) return null;
  return matesOf(source.value, target.value)[0] ?? null;
}

/** A node with the ports that a link's end may mean: one if it is named, else all. */
interface LinkEnd {
  readonly node: string;
  readonly device: DeviceEntry;
  readonly ports: readonly PortEntry[];
}

function endOf(catalogue: Catalogue, topology: Topology, text: string): Result<LinkEnd, string> {
  const [node = '', portName] = text.split('.');
  const found = topology.nodes[node];
  if (found === undefined) return refused(`there is no node "${node}"`);
  const device = catalogue.devices.find(entry => entry.kind === found.kind);
  if (device === undefined) return refused(`${node} is of the unknown kind "${found.kind}"`);
  if (device.ports.length === 0) return refused(`${node} (${device.title}) has no ports`);
  const ports = portName === undefined ? device.ports : device.ports.filter(port => port.name === portName);
  if (ports.length === 0) return refused(`${node} has no port "${portName ?? ''}"; it has ${device.ports.map(port => port.name).join(', ')}`);
  return accepted({ node, device, ports });
}

type Pair = readonly [PortPlace, PortPlace];

/** Pairs of ports that mate. Between two switches, the one that the link goes from is taken to be above the other. */
function matesOf(source: LinkEnd, target: LinkEnd): readonly Pair[] {
  const isDownwards = ([from]: Pair): boolean => from.port.type === 'pcie-downstream';
  return source.ports
    .flatMap(from => target.ports
      .filter(to => PORT_MATES[from.type] === to.type)
      .map((to): Pair => [{ node: source.node, port: from }, { node: target.node, port: to }]))
    .sort((a, b) => Number(isDownwards(b)) - Number(isDownwards(a)));
}

const PORT_WORDS: Readonly<Record<PortType, string>> = {
  'memory-controller': 'a memory controller', 'memory-module': 'a memory module',
  'root-bus': 'a root bus', 'root-uplink': 'a root complex uplink',
  'pcie-downstream': 'a PCIe downstream port', 'pcie-upstream': 'a PCIe upstream port',
  fabric: 'a fabric port',
};

function noMate(source: LinkEnd, target: LinkEnd): string {
  const wanted = [...new Set(source.ports.map(port => PORT_WORDS[PORT_MATES[port.type]]))].join(' or ');
  const offered = [...new Set(target.ports.map(port => PORT_WORDS[port.type]))].join(' and ');
  return `${source.node} needs ${wanted}; ${target.node} (${target.device.title}) has ${offered}`;
}

interface Taken {
  readonly links: readonly Pair[];
  count(node: string, port: string): number;
}

/** Ports that the links of the topology take, in the order of the links. Links that are not legal take none. */
function portsTaken(catalogue: Catalogue, topology: Topology): Taken {
  const links: Pair[] = [];
  const counts = new Map<string, number>();
  const count = (node: string, port: string): number => counts.get(`${node}.${port}`) ?? 0;
  for (const link of topology.links) {
    const source = endOf(catalogue, topology, link.from);
    const target = endOf(catalogue, topology, link.to);
    if (!source.ok || !target.ok) continue;
    const mates = matesOf(source.value, target.value);
    const pair = mates.find(ends => ends.every(({ node, port }) => count(node, port.name) < port.capacity)) ?? mates[0];
    if (pair === undefined) continue;
    links.push(pair);
    for (const { node, port } of pair) counts.set(`${node}.${port.name}`, count(node, port.name) + 1);
  }
  return { links, count };
}

function isLinked(links: readonly Pair[], from: string, to: string, mates: readonly Pair[]): boolean {
  const kinds = new Set(mates.flatMap(pair => pair.map(({ port }) => port.type)));
  return links.some(([a, b]) => kinds.has(a.port.type) && ((a.node === from && b.node === to) || (a.node === to && b.node === from)));
}

function full(mates: readonly Pair[], taken: Taken): string {
  const ends = mates.flat();
  const { node, port } = ends.find(place => taken.count(place.node, place.port.name) >= place.port.capacity) ?? ends[0];
  return `${node}.${port.name} is full: it takes ${port.capacity} ${port.capacity === 1 ? 'link' : 'links'}`;
}

/** Whether the upper end of `pair` already hangs below its lower end. */
function closesLoop(links: readonly Pair[], pair: Pair): boolean {
  const [above, below] = pair[0].port.type === 'pcie-downstream' ? pair : [pair[1], pair[0]];
  if (below.port.type !== 'pcie-upstream') return false;
  const parentOf = (node: string): string | undefined => {
    for (const ends of links) {
      const lower = ends.find(place => place.port.type === 'pcie-upstream');
      if (lower?.node === node) return ends.find(place => place !== lower)?.node;
    }
    return undefined;
  };
  const seen = new Set<string>();
  for (let node: string | undefined = above.node; node !== undefined && !seen.has(node); node = parentOf(node)) {
    if (node === below.node) return true;
    seen.add(node);
  }
  return false;
}
