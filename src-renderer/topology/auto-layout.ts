import type { Topology } from '@shared/lab/lab';
import type { Position } from './cytoscape-view';
import { nodeOf, onGrid } from './topology-edits';

export interface Size {
  readonly width: number;
  readonly height: number;
}

/** Columns from left to right, as data flows: memory, host and fabric, devices, the far end of the wire. */
const MEMORY = 0;
const HOST = 1;
const DEVICES = 2;
const PEERS = 3;
const COLUMN_OF: Readonly<Record<string, number>> = { 'host-memory': MEMORY, 'pmem-region': MEMORY, cpu: HOST, 'root-complex': HOST, 'pcie-switch': HOST, 'rdma-peer': PEERS };
const COLUMN_GAP_PX = 56;
const ROW_GAP_PX = 32;

/** Places for every node of a topology: columns by kind, rows near what they are linked to. Same topology, same places. */
export function layeredPositions(topology: Topology, sizeOf: (node: string) => Size): Readonly<Record<string, Position>> {
  const [memory = [], host = [], devices = [], peers = []] = [MEMORY, HOST, DEVICES, PEERS].map(column => Object.keys(topology.nodes).filter(node => columnOf(topology, node) === column));
  const fabric = fabricColumns(topology, downwards(topology, host));
  const heights: Record<string, number> = {};
  const place = (nodes: readonly string[]): void => {
    let top = -nodes.reduce((sum, node) => sum + sizeOf(node).height + ROW_GAP_PX, -ROW_GAP_PX) / 2;
    for (const node of nodes) {
      heights[node] = top + sizeOf(node).height / 2;
      top += sizeOf(node).height + ROW_GAP_PX;
    }
  };
  // The host's longest column comes first: the others stand beside what they are linked to.
  const longest = fabric.toSorted((a, b) => b.length - a.length)[0] ?? [];
  place(longest);
  for (const column of [...fabric.filter(nodes => nodes !== longest).reverse(), memory, devices, peers]) place(nearTheirNeighbours(topology, column, heights));

  const places: Record<string, Position> = {};
  let left = 0;
  // Columns that nobody uses take no room.
  for (const nodes of [memory, ...fabric, devices, peers].filter(({ length }) => length > 0)) {
    const width = Math.max(...nodes.map(node => sizeOf(node).width));
    for (const node of nodes) places[node] = onGrid({ x: left + width / 2, y: heights[node] ?? 0 });
    left += width + COLUMN_GAP_PX;
  }
  return places;
}

const columnOf = (topology: Topology, node: string): number => COLUMN_OF[topology.nodes[node]?.kind ?? ''] ?? DEVICES;

const neighboursOf = (topology: Topology, node: string): readonly string[] =>
  topology.links.flatMap(({ from, to }) => (nodeOf(from) === node ? [nodeOf(to)] : nodeOf(to) === node ? [nodeOf(from)] : []));

/** Each cpu with its root complexes and their switches below it. */
function downwards(topology: Topology, nodes: readonly string[]): readonly string[] {
  const order: string[] = [];
  const visit = (node: string): void => {
    if (!nodes.includes(node) || order.includes(node)) return;
    order.push(node);
    neighboursOf(topology, node).forEach(visit);
  };
  nodes.filter(node => topology.nodes[node]?.kind === 'cpu').forEach(visit);
  nodes.forEach(visit);
  return order;
}

/** Fabrics of more parts than this are wide rather than high. */
const UPRIGHT_MAX = 6;

/** One column for a small machine; in a large one each step away from the cpus has its own. */
function fabricColumns(topology: Topology, nodes: readonly string[]): readonly (readonly string[])[] {
  if (nodes.length <= UPRIGHT_MAX) return [nodes];
  const depths = new Map<string, number>(nodes.flatMap(node => (topology.nodes[node]?.kind === 'cpu' ? [[node, 0]] : [])));
  for (const [node, depth] of depths) {
    for (const next of neighboursOf(topology, node)) if (nodes.includes(next) && !depths.has(next)) depths.set(next, depth + 1);
  }
  const depthOf = (node: string): number => depths.get(node) ?? 0;
  const deepest = Math.max(...nodes.map(depthOf));
  return Array.from({ length: deepest + 1 }, (_, depth) => nodes.filter(node => depthOf(node) === depth));
}

/** Nodes of a column ordered by the mean height of the placed nodes they are linked to; those without any keep their order. */
function nearTheirNeighbours(topology: Topology, nodes: readonly string[], heights: Readonly<Record<string, number>>): readonly string[] {
  const meanY = (node: string): number => {
    const ys = neighboursOf(topology, node).flatMap(neighbour => heights[neighbour] ?? []);
    return ys.length === 0 ? 0 : ys.reduce((sum, y) => sum + y, 0) / ys.length;
  };
  return nodes.toSorted((a, b) => meanY(a) - meanY(b));
}
