import type { Topology } from '@shared/lab/lab';
import { nodeOf, onGrid, type Position } from './topology-edits';

/** Columns from left to right, as data flows from memory to the far end of the wire. PCIe parts behind a switch move right. */
const COLUMN_OF: Readonly<Record<string, number>> = { 'host-memory': 0, 'pmem-region': 0, cpu: 1, 'root-complex': 2, 'pcie-switch': 3, 'rdma-peer': 5 };
const DEVICE_COLUMN = 4;
const COLUMN_GAP_PX = 264;
const ROW_GAP_PX = 36;

/** Places for every node of a topology that has none: columns by kind, rows near what they are linked to. Same topology, same places. */
export function layeredPositions(topology: Topology, heightOf: (node: string) => number): Readonly<Record<string, Position>> {
  const columns = new Map<number, string[]>();
  for (const [node, { kind }] of Object.entries(topology.nodes)) {
    const column = COLUMN_OF[kind] ?? DEVICE_COLUMN;
    columns.set(column, [...columns.get(column) ?? [], node]);
  }
  const places: Record<string, Position> = {};
  // Columns that nobody uses take no room.
  [...columns.keys()].sort((a, b) => a - b).forEach((column, nth) => {
    const nodes = nearTheirNeighbours(topology, columns.get(column) ?? [], places);
    let y = -nodes.reduce((sum, node) => sum + heightOf(node) + ROW_GAP_PX, -ROW_GAP_PX) / 2;
    for (const node of nodes) {
      places[node] = onGrid({ x: nth * COLUMN_GAP_PX, y: y + heightOf(node) / 2 });
      y += heightOf(node) + ROW_GAP_PX;
    }
  });
  return places;
}

/** Nodes of a column ordered by the mean height of the placed nodes they are linked to; those without keep their order, below. */
function nearTheirNeighbours(topology: Topology, nodes: readonly string[], places: Readonly<Record<string, Position>>): readonly string[] {
  const meanY = (node: string): number => {
    const ys = topology.links
      .flatMap(({ from, to }) => (nodeOf(from) === node ? [nodeOf(to)] : nodeOf(to) === node ? [nodeOf(from)] : []))
      .flatMap(neighbour => places[neighbour]?.y ?? []);
    return ys.length === 0 ? 0 : ys.reduce((sum, y) => sum + y, 0) / ys.length;
  };
  return nodes.toSorted((a, b) => meanY(a) - meanY(b));
}
