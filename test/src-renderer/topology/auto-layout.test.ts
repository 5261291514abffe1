import { expect, test } from 'vitest';
import type { Topology } from '@shared/lab/lab';
import { layeredPositions } from '../../../src-renderer/topology/auto-layout';

const SIZE = { width: 192, height: 80 };
const node = (kind: string): { readonly kind: string } => ({ kind });

/** `sockets` cpus with two memories, a root complex, a switch and `devices` drives each. */
function machine(sockets: number, devices: number): Topology {
  const nodes: Record<string, { kind: string }> = {};
  const links: { from: string; to: string }[] = [];
  const add = (id: string, kind: string, to?: string): void => {
    nodes[id] = node(kind);
    if (to !== undefined) links.push({ from: to, to: id });
  };
  for (let n = 0; n < sockets; n++) add(`cpu${n}`, 'cpu');
  for (let n = 0; n < sockets; n++) {
    add(`mem${n}a`, 'host-memory', `cpu${n}`);
    add(`mem${n}b`, 'pmem-region', `cpu${n}`);
    add(`rc${n}`, 'root-complex', `cpu${n}`);
    add(`switch${n}`, 'pcie-switch', `rc${n}`);
    for (let d = 0; d < devices; d++) add(`nvme${n}.${d}`, 'nvme-ssd', `switch${n}`);
  }
  return { nodes, links };
}

test.each([[1, 2], [2, 4], [4, 8]])('no two cards of a machine with %d sockets of %d devices lie on each other', (sockets, devices) => {
  const places = Object.values(layeredPositions(machine(sockets, devices), () => SIZE));
  const overlapping = places.flatMap((a, n) => places.slice(n + 1).filter(b => Math.abs(a.x - b.x) < SIZE.width && Math.abs(a.y - b.y) < SIZE.height));
  expect(overlapping).toEqual([]);
});

test('memory is left of its cpu, devices are right of it, and each socket keeps its parts together', () => {
  const places = layeredPositions(machine(2, 2), () => SIZE);
  expect(places['mem0a']!.x).toBeLessThan(places['cpu0']!.x);
  expect(places['cpu0']!.x).toBeLessThan(places['nvme0.0']!.x);
  const heights = ['cpu0', 'rc0', 'switch0', 'cpu1', 'rc1', 'switch1'].map(id => places[id]!.y);
  expect(heights).toEqual(heights.toSorted((a, b) => a - b));
  expect(places['mem0b']!.y).toBeLessThan(places['mem1a']!.y);
});

test('a large fabric is spread over columns, each step away from the cpus further to the right', () => {
  const places = layeredPositions(machine(4, 1), () => SIZE);
  const xs = ['mem0a', 'cpu0', 'rc0', 'switch0', 'nvme0.0'].map(id => places[id]!.x);
  expect(new Set(xs).size).toBe(5);
  expect(xs).toEqual(xs.toSorted((a, b) => a - b));
});

test('arranging again moves nothing', () => {
  const topology = machine(2, 3);
  expect(layeredPositions(topology, () => SIZE)).toEqual(layeredPositions(topology, () => SIZE));
});
