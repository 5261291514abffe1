import { expect, test } from 'vitest';
import { legalTargets, linkVerdict, portsOfLink } from '@shared/lab/wiring';
import type { LabLink, Topology } from '@shared/lab/lab';
import type { Catalogue, DeviceEntry, PortEntry } from '@shared/protocol/catalogue';

const device = (kind: string, title: string, ...ports: readonly PortEntry[]): DeviceEntry => ({ kind, title, doc: '', group: 'All', ports, parameters: [] });

const catalogue: Catalogue = {
  devices: [
    device('cpu', 'CPU', { name: 'memory', type: 'memory-controller', capacity: 2 }, { name: 'root', type: 'root-bus', capacity: 4 }),
    device('host-memory', 'Memory', { name: 'bus', type: 'memory-module', capacity: 1 }),
    device('root-complex', 'Root complex', { name: 'bus', type: 'root-uplink', capacity: 1 }, { name: 'port', type: 'pcie-downstream', capacity: 2 }),
    device('pcie-switch', 'Switch', { name: 'up', type: 'pcie-upstream', capacity: 1 }, { name: 'down', type: 'pcie-downstream', capacity: 4 }),
    device('rdma-nic', 'NIC', { name: 'pcie', type: 'pcie-upstream', capacity: 1 }, { name: 'left', type: 'fabric', capacity: 1 }, { name: 'right', type: 'fabric', capacity: 1 }),
    device('shelf', 'Shelf'),
  ],
  operations: [], axes: [], knobs: [], presets: [], builds: {}, invariants: [],
};

const KINDS: Readonly<Record<string, string>> = { cpu: 'cpu', mem: 'host-memory', rc: 'root-complex', sw: 'pcie-switch', nic: 'rdma-nic', shelf: 'shelf' };

/** "cpu0 mem0 | cpu0-mem0": nodes by name, links between them. */
function picture(text: string): Topology {
  const [names = '', links = ''] = text.split('|');
  const nodes = names.trim().split(/\s+/).map(name => [name, { kind: KINDS[name.replace(/\d+$/, '')] ?? name }] as const);
  const wires = links.trim().split(/\s+/).filter(word => word !== '').map((word): LabLink => {
    const [from = '', to = ''] = word.split('-');
    return { from, to };
  });
  return { nodes: Object.fromEntries(nodes), links: wires };
}

test.each([
  ['cpu0 mem0', 'cpu0', 'mem0', 'memory bus'],
  ['cpu0 mem0', 'mem0', 'cpu0', 'bus memory'],
  ['cpu0 rc0', 'cpu0', 'rc0', 'root bus'],
  ['rc0 sw0', 'rc0', 'sw0', 'port up'],
  ['sw0 sw1', 'sw0', 'sw1', 'down up'],
  ['sw0 sw1 nic0 | sw0-sw1', 'sw1', 'nic0', 'down pcie'],
  ['nic0 nic1', 'nic0', 'nic1', 'left left'],
  ['nic0 nic1 nic2 | nic0-nic1', 'nic0', 'nic2', 'right left'],
  ['nic0 nic1', 'nic0.right', 'nic1', 'right left'],
])('in "%s" a wire from %s to %s takes the ports "%s"', (text, from, to, ports) => {
  const verdict = linkVerdict(catalogue, picture(text), from, to);
  expect(verdict.ok ? `${verdict.value.fromPort} ${verdict.value.toPort}` : '').toBe(ports);
});

test.each([
  ['cpu0', 'cpu0', 'cpu9', 'there is no node "cpu9"'],
  ['cpu0', 'cpu0', 'cpu0', 'cpu0 cannot be linked to itself'],
  ['mem0 rc0', 'mem0', 'rc0', 'mem0 needs a memory controller; rc0 (Root complex) has a root complex uplink and a PCIe downstream port'],
  ['cpu0 mem0', 'cpu0.fan', 'mem0', 'cpu0 has no port "fan"; it has memory, root'],
  ['cpu0 shelf0', 'cpu0', 'shelf0', 'shelf0 (Shelf) has no ports'],
  ['cpu0 mem0 | cpu0-mem0', 'mem0', 'cpu0', 'mem0 and cpu0 are linked already'],
  ['cpu0 cpu1 mem0 | cpu0-mem0', 'cpu1', 'mem0', 'mem0.bus is full: it takes 1 link'],
  ['cpu0 mem0 mem1 mem2 | cpu0-mem0 cpu0-mem1', 'cpu0', 'mem2', 'cpu0.memory is full: it takes 2 links'],
  ['sw0 sw1 | sw0.down-sw1.up', 'sw1.down', 'sw0.up', 'sw1 and sw0 are linked already'],
  ['sw0 sw1 sw2 | sw0.down-sw1.up sw1.down-sw2.up', 'sw2.down', 'sw0.up', 'a link from sw2 to sw0 would close a loop: PCIe is a tree'],
])('in "%s" a wire from %s to %s is refused: %s', (text, from, to, rule) => {
  const verdict = linkVerdict(catalogue, picture(text), from, to);
  expect(verdict.ok ? 'accepted' : verdict.refusal).toBe(rule);
});

test('a node of an unknown kind is refused, not trusted', () => {
  const verdict = linkVerdict(catalogue, { nodes: { x: { kind: 'toaster' }, cpu0: { kind: 'cpu' } }, links: [] }, 'x', 'cpu0');
  expect(verdict.ok ? '' : verdict.refusal).toBe('x is of the unknown kind "toaster"');
});

test('legal targets are exactly the nodes that a wire may go to', () => {
  const topology = picture('cpu0 mem0 mem1 rc0 nic0 | cpu0-mem0');
  expect(legalTargets(catalogue, topology, 'cpu0').map(({ node }) => node)).toEqual(['mem1', 'rc0']);
  expect(legalTargets(catalogue, topology, 'nic0').map(({ node }) => node)).toEqual(['rc0']);
});

test('a wire that is there is not counted against itself when its ports are asked for', () => {
  const topology = picture('cpu0 mem0 | cpu0-mem0');
  expect(portsOfLink(catalogue, topology, 'cpu0', 'mem0')?.map(({ port }) => port.name)).toEqual(['memory', 'bus']);
  expect(portsOfLink(catalogue, topology, 'mem0', 'mem0')).toBeNull();
});
