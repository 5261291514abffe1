import type { Lab } from '@shared/lab/lab';

/** Where a node stands, by its middle, in units of the drawing. */
export interface Place {
  readonly x: number;
  readonly y: number;
}

/** Columns from memory to the far end of the wire. */
const COLUMN_OF: Readonly<Record<string, number>> = { 'host-memory': 0, 'pmem-region': 0, cpu: 1, 'root-complex': 2, 'pcie-switch': 3, 'rdma-peer': 5 };
const DEVICE_COLUMN = 4;

export const CARD = { width: 156, height: 58, columnGap: 54, rowGap: 22 } as const;

/** Node of a link's end, which may name a port: "nic0.fabric". */
export const nodeOfEnd = (end: string): string => end.split('.')[0] ?? end;

/** Places of all nodes: those of the lab if it has them all, else columns by kind with neighbours near each other. */
export function placesOf({ topology, layout }: Lab): ReadonlyMap<string, Place> {
  const nodes = Object.keys(topology.nodes);
  if (layout !== undefined && nodes.every(node => layout[node] !== undefined)) return new Map(nodes.map(node => [node, layout[node]!]));
  const columns = new Map<number, string[]>();
  for (const node of nodes) {
    const column = COLUMN_OF[topology.nodes[node]!.kind] ?? DEVICE_COLUMN;
    columns.set(column, [...columns.get(column) ?? [], node]);
  }
  const places = new Map<string, Place>();
  [...columns.entries()].sort(([a], [b]) => a - b).forEach(([, members], nth) => {
    const ordered = members.map((node, at) => ({ node, at, y: meanNeighbour(topology.links, node, places) })).sort((a, b) => a.y - b.y || a.at - b.at);
    const step = CARD.height + CARD.rowGap;
    ordered.forEach(({ node }, row) => places.set(node, { x: nth * (CARD.width + CARD.columnGap), y: (row - (ordered.length - 1) / 2) * step }));
  });
  return places;
}

function meanNeighbour(links: Lab['topology']['links'], node: string, places: ReadonlyMap<string, Place>): number {
  const ys = links.flatMap(({ from, to }) => {
    const ends = [nodeOfEnd(from), nodeOfEnd(to)];
    return ends.includes(node) ? ends.filter(end => end !== node).flatMap(end => places.get(end)?.y ?? []) : [];
  });
  return ys.length === 0 ? 0 : ys.reduce((sum, y) => sum + y, 0) / ys.length;
}
