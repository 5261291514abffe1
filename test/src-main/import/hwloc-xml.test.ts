import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { checkLab } from '@shared/lab/lab-check';
import { wiringFindings } from '@shared/lab/wiring-check';
import type { Diagnostic } from '@shared/protocol/commands';
import type { Imported } from '../../../src-main/import/importer';
import { importMachine, labOfMachine } from '../../../src-main/import/registry';
import { catalogue as describeRegistries, runLab } from '../../../src-main/sim/assemble';

const catalogue = describeRegistries();
const sample = (name: string): string => readFileSync(new URL(`../../samples/hwloc/${name}`, import.meta.url), 'utf8');

function imported(text: string, name = 'machine.xml'): Imported {
  const read = importMachine(text, name);
  if (!read.ok) throw new Error(JSON.stringify(read.refusal));
  return read.value;
}

function refusal(text: string): Diagnostic {
  const read = importMachine(text, 'machine.xml');
  if (read.ok) throw new Error('it was imported');
  expect(read.refusal).toHaveLength(1);
  return read.refusal[0]!;
}

const namesOf = ({ topology }: Imported, kind: string): readonly string[] => Object.entries(topology.nodes).filter(([, node]) => node.kind === kind).map(([name]) => name);
const problems = (machine: Imported): readonly unknown[] => [...checkLab(labOfMachine(machine), catalogue), ...wiringFindings(machine.topology, catalogue)];
const count = (text: string, pattern: RegExp): number => text.match(pattern)?.length ?? 0;

describe.each(['24em64t-2n6c2t-pci.xml', '8intel64-4n2t-memattrs.xml', 'cxlmem+dax.v3.xml', 'nvidiaDGX2.xml'])('%s', name => {
  const machine = imported(sample(name), name);

  test('becomes a lab that the catalogue and the wiring rules accept', () => {
    expect(problems(machine)).toEqual([]);
  });

  test('runs, with nobody in it yet', () => {
    expect(runLab(labOfMachine(machine), { name, policy: null, seed: null, schedule: null }, () => {})).toMatchObject({ ok: true });
  });

  test('every PCI device is a node or is listed with the reason why not', () => {
    const buses = [...sample(name).matchAll(/type="PCIDev"[^>]*pci_busid="([^"]+)"/g)].map(match => match[1] ?? '');
    const told = [...Object.values(machine.topology.nodes).map(({ label }) => label ?? ''), ...machine.ignored].join('\n');
    expect(buses.filter(bus => !told.includes(bus))).toEqual([]);
  });
});

test('a DGX-2: 28 PCI devices none of which is modelled, 60 bridges that make four root complexes and fourteen switches', () => {
  const machine = imported(sample('nvidiaDGX2.xml'));
  expect(count(sample('nvidiaDGX2.xml'), /type="PCIDev"/g)).toBe(28);
  expect(count(sample('nvidiaDGX2.xml'), /type="Bridge"/g)).toBe(60);
  expect(machine.title).toBe('NVIDIA DGX-2H');
  expect(machine.ignored).toHaveLength(28);
  expect(namesOf(machine, 'root-complex')).toHaveLength(4);
  expect(namesOf(machine, 'pcie-switch')).toHaveLength(14);
  // Six levels of bridges are a host bridge, a root port and two switches of an upstream and a downstream port each.
  expect(machine.topology.links).toContainEqual({ from: 'rc1', to: 'switch3', width: 16, gen: 3 });
  expect(machine.topology.links).toContainEqual({ from: 'switch3', to: 'switch6', width: 4, gen: 3 });
  expect(machine.guessed).toContain('Bridge 0000:5f:00.0: 3.938462 GB/s is read as x4 gen 3 (x2 gen 4 or x1 gen 5 would be as fast)');
});

test('two sockets with InfiniBand: the card with an RDMA device is a NIC, the Ethernet cards are not', () => {
  const machine = imported(sample('24em64t-2n6c2t-pci.xml'));
  expect(machine.topology.nodes['cpu0']).toEqual({ kind: 'cpu', cores: 12 });
  expect(machine.guessed[0]).toBe('2 packages are shown as one CPU: a lab has no wire between sockets');
  expect(machine.topology.nodes['mem1']).toEqual({ kind: 'host-memory', size: '19327348736 B' });
  expect(namesOf(machine, 'rdma-nic')).toEqual(['mlx4_0']);
  expect(machine.topology.links).toContainEqual({ from: 'rc0', to: 'mlx4_0', width: 8, gen: 1 });
  expect(machine.ignored).toContain('PCIDev 0000:04:00.0: a network card without an RDMA device: it holds no pages for long');
});

test('CXL and dax: the dax device is a pmem region, the expanders are listed with their capacity', () => {
  const machine = imported(sample('cxlmem+dax.v3.xml'));
  expect(machine.topology.nodes['dax0-0']).toEqual({ kind: 'pmem-region', size: '1 GiB' });
  expect(machine.guessed).toContain('OSDev dax0.0 (SPM) is shown as a pmem region with a DAX file system on it');
  expect(machine.ignored).toContain('PCIDev 0000:16:00.0: a CXL memory expander with 262144KiB volatile and 262144KiB persistent; there is no such device kind yet');
});

test('four NUMA nodes without packages are four memories of one CPU', () => {
  const machine = imported(sample('8intel64-4n2t-memattrs.xml'));
  expect(machine.topology.nodes['cpu0']).toEqual({ kind: 'cpu', cores: 8 });
  expect(namesOf(machine, 'host-memory')).toEqual(['mem0', 'mem1', 'mem2', 'mem3']);
  expect(machine.topology.nodes['mem3']).toEqual({ kind: 'host-memory', size: '1 GiB' });
});

const machineXml = (body: string, version = '3.0'): string => `<?xml version="1.0"?>\n<!DOCTYPE topology SYSTEM "hwloc2.dtd">\n<topology version="${version}">\n<object type="Machine">
<object type="Package" os_index="0"><object type="NUMANode" os_index="0" local_memory="1073741824"/>${body}</object></object></topology>`;
const hostBridge = (body: string): string => `<object type="Bridge" bridge_type="0-1" bridge_pci="0000:[00-ff]">${body}</object>`;
const pci = (bus: string, code: string, body = '', speed = '3.938462'): string => `<object type="PCIDev" pci_busid="${bus}" pci_type="${code} [8086:0a54] [0000:0000] 00 02" pci_link_speed="${speed}">${body}</object>`;

describe('device by device', () => {
  test('an NVMe drive is called as the kernel calls it', () => {
    const machine = imported(machineXml(hostBridge(pci('0000:01:00.0', '0108', '<object type="OSDev" name="nvme0n1" osdev_type="1"/><info name="PCIDevice" value="P4510 &amp; more"/>'))));
    expect(machine.topology.nodes['nvme0n1']).toEqual({ kind: 'nvme-ssd', label: '0000:01:00.0 P4510 & more' });
  });

  test.each([['2.0', '3', true], ['2.0', '2', false], ['3.0', '32', true], ['3.0', '48', true], ['3.0', '16', false]])(
    'format %s, OS device type %s: RDMA %s', (version, type, isRdma) => {
      const machine = imported(machineXml(hostBridge(pci('0000:01:00.0', '0200', `<object type="OSDev" name="mlx5_0" osdev_type="${type}"/>`)), version));
      expect(namesOf(machine, 'rdma-nic')).toEqual(isRdma ? ['mlx5_0'] : []);
    });

  test('an InfiniBand controller is a NIC by its class, and that is said', () => {
    const machine = imported(machineXml(hostBridge(pci('0000:01:00.0', '0207'))));
    expect(namesOf(machine, 'rdma-nic')).toEqual(['nic']);
    expect(machine.guessed[0]).toContain('InfiniBand controller by its class 0207');
  });

  test('a link speed that is not said is left to the model', () => {
    const machine = imported(machineXml(hostBridge(pci('0000:01:00.0', '0108', '', '0.000000'))));
    expect(machine.topology.links.at(-1)).toEqual({ from: 'rc0', to: 'nvme' });
    expect(machine.guessed).toContain('PCIDev 0000:01:00.0: its link speed is not said; the default width and generation are taken');
  });

  test('more devices than a root complex has ports make several root complexes', () => {
    const machine = imported(machineXml(hostBridge(Array.from({ length: 20 }, (_, at) => pci(`0000:${at + 10}:00.0`, '0108')).join(''))));
    expect(namesOf(machine, 'nvme-ssd')).toHaveLength(20);
    expect(namesOf(machine, 'root-complex')).toHaveLength(3);
    expect(problems(machine)).toEqual([]);
  });
});

test('any tree of bridges and devices becomes a topology that may be wired', () => {
  interface Tree { readonly code: string; readonly below: readonly Tree[] }
  const code = fc.constantFrom('0604', '0604', '0108', '0207', '0302');
  const tree = (depth: number): fc.Arbitrary<Tree> => fc.record({ code, below: depth === 0 ? fc.constant([]) : fc.array(tree(depth - 1), { maxLength: 20 }) });
  let bus = 0;
  const xml = ({ code, below }: Tree): string => code === '0604'
    ? `<object type="Bridge" bridge_type="1-1" pci_busid="0000:${bus++}:00.0" pci_type="0604 []" pci_link_speed="1.0">${below.map(xml).join('')}</object>`
    : pci(`0000:${bus++}:00.0`, code);
  fc.assert(fc.property(fc.array(tree(3), { maxLength: 20 }), trees => {
    expect(problems(imported(machineXml(hostBridge(trees.map(xml).join('')))))).toEqual([]);
  }), { numRuns: 100 });
});

describe('what cannot be imported', () => {
  test('malformed XML, at its line and column', () => {
    const text = machineXml('').replace('</topology>', '</topologie>');
    expect(refusal(text)).toMatchObject({ file: 'machine.xml', line: 5, message: expect.stringMatching(/topologi.*Correct the XML here/) as string });
  });

  test('XML cut off in the middle', () => {
    expect(refusal(sample('nvidiaDGX2.xml').slice(0, 5000)).message).toMatch(/Correct the XML here, or write it again with lstopo/);
  });

  test('a topology without a machine', () => {
    expect(refusal('<topology version="3.0"></topology>').message).toContain('holds no machine');
  });

  test('nesting without end', () => {
    expect(refusal(`<topology>${'<object type="Group">'.repeat(5000)}${'</object>'.repeat(5000)}</topology>`).message).toMatch(/nested.*write it again with lstopo/i);
  });

  test('entities do not multiply', () => {
    const bomb = `<?xml version="1.0"?><!DOCTYPE topology [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;">]>`;
    const read = importMachine(`${bomb}<topology><object type="Machine"><info name="DMIProductName" value="&b;"/></object></topology>`, 'x');
    expect(read.ok ? read.value.title : read.refusal[0]?.message).not.toContain('aaaa');
  });

  test.each(['{"json": true}', '<system version="1"/>', 'plain text', ''])('something else, saying what was tried: %j', text => {
    expect(refusal(text).message).toContain('Tried: hwloc XML, as `lstopo machine.xml` writes it');
  });
});
