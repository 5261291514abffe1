import { expect, test } from 'vitest';
import type { Lab } from '@shared/lab/lab';
import { applyDiff, LabEdits, type LabDiff, type LabValue } from '@shared/lab/lab-diff';
import { catalogue as registries } from '../../../src-main/sim/assemble';
import { addLink, addNode, freeName, placeNodes, removeNodes, renameNode } from '../../../src-renderer/topology/topology-edits';

const catalogue = registries();
const LAB: Lab = {
  version: 1, title: 'Test',
  topology: {
    nodes: { cpu0: { kind: 'cpu' }, rc0: { kind: 'root-complex' }, nvme0: { kind: 'nvme-ssd' }, nvme1: { kind: 'nvme-ssd' } },
    links: [{ from: 'cpu0', to: 'rc0' }, { from: 'rc0', to: 'nvme0' }, { from: 'rc0', to: 'nvme1' }],
  },
  layout: { nvme0: { x: 0, y: 0 } },
  actors: { app: { on: 'cpu0', ops: [{ word: 'odirect-read', parameters: { mapping: 'm', drive: 'nvme0' } }, { word: 'mmap', parameters: { name: 'nvme0' } }] } },
};

const edits = (): LabEdits => new LabEdits(LAB as unknown as LabValue);
const after = (diff: LabDiff): Lab => applyDiff(LAB as unknown as LabValue, diff) as unknown as Lab;

test('a new part has the first free name of its kind and sits on the grid', () => {
  expect(freeName(LAB, 'nvme-ssd')).toBe('nvme2');
  const device = catalogue.devices.find(({ kind }) => kind === 'nvme-ssd')!;
  const lab = after(addNode(edits(), 'nvme2', device, { x: 13, y: 21 }));
  expect([lab.topology.nodes['nvme2']?.kind, lab.layout?.['nvme2']]).toEqual(['nvme-ssd', { x: 16, y: 24 }]);
});

test('a deleted node takes its links and its place with it', () => {
  const lab = after(removeNodes(edits(), LAB, ['nvme0']));
  expect([Object.keys(lab.topology.nodes), lab.topology.links.length, lab.layout]).toEqual([['cpu0', 'rc0', 'nvme1'], 2, {}]);
});

test('a rename reaches links, places, actors and operations that name the node, and nothing else of that name', () => {
  const lab = after(renameNode(edits(), catalogue, LAB, 'nvme0', 'disk'));
  expect(lab.topology.links[1]).toEqual({ from: 'rc0', to: 'disk' });
  expect(Object.keys(lab.layout ?? {})).toEqual(['disk']);
  expect(lab.actors['app']?.ops.map(({ parameters }) => Object.values(parameters).at(-1))).toEqual(['disk', 'nvme0']);
  expect(after(renameNode(edits(), catalogue, LAB, 'cpu0', 'socket')).actors['app']?.on).toBe('socket');
});

test('a link is written without ports where they are clear, and not at all where the rule forbids it', () => {
  const alone: Lab = { ...LAB, topology: { ...LAB.topology, links: [] } };
  const from = new LabEdits(alone as unknown as LabValue);
  expect(addLink(from, catalogue, alone, 'rc0.port', 'nvme0')[0]?.after).toEqual({ from: 'rc0', to: 'nvme0' });
  expect(addLink(edits(), catalogue, LAB, 'cpu0', 'nvme0')).toEqual([]);
});

test('several nodes that move together are one diff', () => {
  expect(after(placeNodes(edits(), { rc0: { x: 9, y: 9 }, nvme0: { x: 81, y: 0 } })).layout).toEqual({ nvme0: { x: 80, y: 0 }, rc0: { x: 8, y: 8 } });
});
