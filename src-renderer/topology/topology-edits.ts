import { kindsOfTarget } from '@shared/protocol/parameter';
import type { Lab } from '@shared/lab/lab';
import type { LabDiff, LabEdits, LabValue } from '@shared/lab/lab-diff';
import { linkVerdict, portsOfLink } from '@shared/lab/wiring';
import type { Catalogue, DeviceEntry } from '@shared/protocol/catalogue';
import type { Position } from './cytoscape-view';

/** Cards and dropped parts sit on this grid, in canvas pixels. */
export const GRID_PX = 8;

export const onGrid = ({ x, y }: Position): Position => ({ x: Math.round(x / GRID_PX) * GRID_PX, y: Math.round(y / GRID_PX) * GRID_PX });

/** Stems that people use in labs, by device kind; other kinds use their own name. */
const STEMS: Readonly<Record<string, string>> = {
  'host-memory': 'node', 'pmem-region': 'pmem', 'nvme-ssd': 'nvme', 'rdma-nic': 'nic', 'rdma-peer': 'peer',
  'root-complex': 'rc', 'pcie-switch': 'switch', cpu: 'cpu', gpu: 'gpu', 'coherent-memory': 'cxl', 'sata-disk': 'sata',
};

/** "nic0", "nic1", …: the first that no node has. */
export function freeName(lab: Lab, kind: string): string {
  const stem = STEMS[kind] ?? kind;
  for (let n = 0; ; n++) if (lab.topology.nodes[`${stem}${n}`] === undefined) return `${stem}${n}`;
}

/** A new part, with what it must have filled in as its catalogue entry says. */
export function addNode(edits: LabEdits, id: string, device: DeviceEntry, at: Position): LabDiff {
  const node: Record<string, LabValue> = { kind: device.kind };
  for (const { name, required, type } of device.parameters) {
    const { default: given } = { default: undefined, ...type };
    if (required && given !== undefined) node[name] = given;
  }
  return edits.set(['topology', 'nodes', id], node).set(['layout', id], { ...onGrid(at) }).diff();
}

/** Removes nodes with their links and places. */
export function removeNodes(edits: LabEdits, lab: Lab, ids: readonly string[]): LabDiff {
  const touches = (end: string): boolean => ids.includes(nodeOf(end));
  for (let index = lab.topology.links.length - 1; index >= 0; index--) {
    const link = lab.topology.links[index]!;
    if (touches(link.from) || touches(link.to)) edits.removeItem(['topology', 'links'], index);
  }
  for (const id of ids) edits.set(['topology', 'nodes', id], undefined).set(['layout', id], undefined);
  return edits.diff();
}

export const removeLink = (edits: LabEdits, index: number): LabDiff => edits.removeItem(['topology', 'links'], index).diff();

/** A wire between two ends, each "node" or "node.port"; names without port where the rule finds the same ports by itself. */
export function addLink(edits: LabEdits, catalogue: Catalogue, lab: Lab, from: string, to: string): LabDiff {
  const wanted = linkVerdict(catalogue, lab.topology, from, to);
  if (!wanted.ok) return [];
  const plain = linkVerdict(catalogue, lab.topology, nodeOf(from), nodeOf(to));
  const isPlain = plain.ok && plain.value.fromPort === wanted.value.fromPort && plain.value.toPort === wanted.value.toPort;
  const ends = isPlain ? { from: nodeOf(from), to: nodeOf(to) } : { from: `${nodeOf(from)}.${wanted.value.fromPort}`, to: `${nodeOf(to)}.${wanted.value.toPort}` };
  return edits.insert(['topology', 'links'], lab.topology.links.length, ends).diff();
}

export function placeNodes(edits: LabEdits, places: Readonly<Record<string, Position>>): LabDiff {
  for (const [id, at] of Object.entries(places)) edits.set(['layout', id], { ...onGrid(at) });
  return edits.diff();
}

/** Renames a node wherever the lab names it: links, places, actors that run on it, operations that refer to it. */
export function renameNode(edits: LabEdits, catalogue: Catalogue, lab: Lab, from: string, to: string): LabDiff {
  edits.rename(['topology', 'nodes', from], to);
  if (lab.layout?.[from] !== undefined) edits.rename(['layout', from], to);
  lab.topology.links.forEach((link, index) => {
    for (const end of ['from', 'to'] as const) {
      if (nodeOf(link[end]) === from) edits.set(['topology', 'links', index, end], to + link[end].slice(from.length));
    }
  });
  const refersToNode = (word: string, name: string): boolean => {
    const parameter = catalogue.operations.find(entry => entry.word === word)?.parameters.find(candidate => candidate.name === name);
    if (parameter?.type.kind !== 'reference') return false;
    const kinds = kindsOfTarget(parameter.type.to);
    return catalogue.devices.some(({ kind }) => kinds.includes(kind));
  };
  for (const [actor, { on, ops }] of Object.entries(lab.actors)) {
    if (on === from) edits.set(['actors', actor, 'on'], to);
    ops.forEach(({ word, parameters }, index) => {
      for (const [name, value] of Object.entries(parameters)) {
        if (value === from && refersToNode(word, name)) edits.set(['actors', actor, 'ops', index, 'parameters', name], to);
      }
    });
  }
  return edits.diff();
}

export const nodeOf = (end: string): string => end.split('.')[0] ?? end;

/** "pcie-downstream to pcie-upstream" of a link, for its tooltip. */
export function linkKind(catalogue: Catalogue, lab: Lab, index: number): string {
  const link = lab.topology.links[index];
  const ports = link === undefined ? null : portsOfLink(catalogue, lab.topology, link.from, link.to);
  return ports === null ? 'not a legal link' : `${ports[0].port.name} to ${ports[1].port.name}`;
}
