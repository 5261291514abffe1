import type { LabLink, LabNode } from '@shared/lab/lab';
import { showBytes } from '@shared/units/show';
import { isDaxDevice, isOpenFabrics, pciClassOf, unmodelledClass } from './hwloc-devices';
import type { HwlocObject, HwlocTree } from './hwloc-tree';
import type { Imported } from './importer';
import { linkShapes } from './pcie-speed';

/** How many links a node takes below it, by kind of what hangs there; the device kinds of the simulator say the same (tested). */
const PORTS = { memory: 16, root: 16, rootPort: 8, downstream: 16 } as const;
type PortKind = keyof typeof PORTS;
/** Largest memory that a lab takes. */
const MEMORY_BYTES_MAX = 2 ** 42;

/** A node of the lab that stands for an object of hwloc. */
interface Place {
  readonly name: string;
  readonly taken: Record<PortKind, number>;
}

/** A place to link something to, made when first asked for; null if it is full. */
type PortFinder = () => { readonly place: Place; readonly kind: PortKind } | null;

/** Turns the objects of one machine into nodes and links of a lab, and keeps a record of everything it had to decide. */
export class MachineBuilder {
  private readonly nodes: Record<string, LabNode> = {};
  private readonly links: LabLink[] = [];
  private readonly guessed: string[] = [];
  private readonly ignored: string[] = [];
  private readonly parents = new Map<HwlocObject, HwlocObject>();
  private readonly cpu: Place;

  constructor(private readonly tree: HwlocTree) {
    this.cpu = this.addCpu();
  }

  build(fileName: string): Imported {
    this.note(this.tree.machine);
    for (const object of this.all('NUMANode')) this.addMemory(object);
    for (const object of this.all('OSDev')) if (isDaxDevice(object, this.tree.version)) this.addPmem(object);
    for (const object of this.all('Bridge').filter(bridge => this.parents.get(bridge)?.type !== 'Bridge')) this.addHostBridge(object);
    for (const object of this.all('PCIDev').filter(device => this.parents.get(device)?.type !== 'Bridge')) this.ignored.push(`${idOf(object)}: it hangs below no bridge`);
    return { kind: 'hwloc-xml', title: this.title(fileName), topology: { nodes: this.nodes, links: this.links }, guessed: this.guessed, ignored: this.ignored, conflicts: [] };
  }

  private note(object: HwlocObject): void {
    for (const child of object.children) {
      this.parents.set(child, object);
      this.note(child);
    }
  }

  private all(type: string): readonly HwlocObject[] {
    return [...this.parents.keys()].filter(object => object.type === type);
  }

  private title(fileName: string): string {
    const { DMIProductName: product } = this.tree.machine.infos;
    return product === undefined || product === '' ? fileName.replace(/\.xml$/, '') : product;
  }

  private addNode(wanted: string, kind: string, parameters: Readonly<Record<string, string | number>> = {}): Place {
    const base = wanted.replace(/[^\w-]/g, '-').slice(0, 48);
    let name = base;
    for (let number = 1; name in this.nodes; number++) name = `${base}-${number}`;
    this.nodes[name] = { kind, ...parameters };
    return { name, taken: { memory: 0, root: 0, rootPort: 0, downstream: 0 } };
  }

  private link(upper: Place, kind: PortKind, lower: Place, more: Partial<LabLink> = {}): void {
    upper.taken[kind]++;
    this.links.push({ from: upper.name, to: lower.name, ...more });
  }

  /** A lab has no wire between sockets, and every device must reach every memory: the machine's packages become one CPU. */
  private addCpu(): Place {
    const { machine } = this.tree;
    const packages = descendants(machine, 'Package').length + descendants(machine, 'Socket').length;
    if (packages > 1) this.guessed.push(`${packages} packages are shown as one CPU: a lab has no wire between sockets`);
    const cores = descendants(machine, 'Core').length || descendants(machine, 'PU').length;
    return this.addNode('cpu0', 'cpu', cores > 0 ? { cores } : {});
  }

  private addMemory(object: HwlocObject): void {
    const bytes = Number(object.attributes['local_memory'] ?? 0);
    const id = idOf(object);
    if (!Number.isSafeInteger(bytes) || bytes <= 0) return void this.ignored.push(`${id}: it has no memory of its own`);
    const { subtype } = object.attributes;
    if (subtype !== undefined && subtype !== '') this.guessed.push(`${id} is ${subtype} memory that the kernel uses as RAM; it is shown as ordinary memory`);
    this.addModule(object, `mem${object.attributes['os_index'] ?? ''}`, 'host-memory', bytes);
  }

  private addPmem(object: HwlocObject): void {
    const id = idOf(object);
    const kib = Number.parseInt(object.infos['Size'] ?? '', 10);
    const { subtype = '', name = 'pmem' } = object.attributes;
    if (!(kib > 0)) this.guessed.push(`${id}: its size is not said; the default of a pmem region is taken`);
    this.guessed.push(`${id}${subtype === '' ? '' : ` (${subtype})`} is shown as a pmem region with a DAX file system on it`);
    this.addModule(object, name, 'pmem-region', kib > 0 ? kib * 1024 : null);
  }

  private addModule(object: HwlocObject, name: string, kind: string, bytes: number | null): void {
    const { cpu } = this;
    if (cpu.taken.memory >= PORTS.memory) return void this.ignored.push(`${idOf(object)}: ${cpu.name} has no memory controller left`);
    if (bytes !== null && bytes > MEMORY_BYTES_MAX) this.guessed.push(`${idOf(object)} has ${showBytes(bytes)}; the ${showBytes(MEMORY_BYTES_MAX)} that a lab takes are shown`);
    this.link(cpu, 'memory', this.addNode(name, kind, bytes === null ? {} : { size: sizeText(Math.min(bytes, MEMORY_BYTES_MAX)) }));
  }

  private addHostBridge(bridge: HwlocObject): void {
    const { cpu } = this;
    const places: Place[] = [];
    const port: PortFinder = () => {
      const last = places.at(-1);
      if (last !== undefined && last.taken.rootPort < PORTS.rootPort) return { place: last, kind: 'rootPort' };
      if (cpu.taken.root >= PORTS.root) return null;
      if (last !== undefined) this.guessed.push(`${idOf(bridge)} has more than ${PORTS.rootPort} links below it; it became several root complexes`);
      const place = this.addNode(`rc${this.count('root-complex')}`, 'root-complex', { label: bridge.attributes['bridge_pci'] ?? '' });
      places.push(place);
      this.link(cpu, 'root', place);
      return { place, kind: 'rootPort' };
    };
    // A bridge below a host bridge is a root port; it is part of the root complex.
    for (const child of bridge.children) {
      if (child.type === 'Bridge') this.addBelowPort(child, port);
      else this.addDevice(child, port);
    }
    if (places.length === 0) this.ignored.push(`${idOf(bridge)}: nothing that is modelled hangs below it`);
  }

  /** What hangs below a root port or the downstream port of a switch: devices, or the upstream port of another switch. */
  private addBelowPort(bridge: HwlocObject, port: PortFinder): void {
    for (const child of bridge.children) {
      if (child.type === 'Bridge') this.addSwitch(child, port);
      else this.addDevice(child, port);
    }
  }

  private addSwitch(upstream: HwlocObject, port: PortFinder): void {
    const place = this.addBelow(upstream, 'pcie-switch', `switch${this.count('pcie-switch')}`, upstream.attributes['pci_busid'] ?? '', port);
    if (place === null) return void this.ignored.push(`all below ${idOf(upstream)}: it has no place`);
    const below: PortFinder = () => (place.taken.downstream < PORTS.downstream ? { place, kind: 'downstream' } : null);
    for (const child of upstream.children) {
      if (child.type === 'Bridge') this.addBelowPort(child, below);
      else this.addDevice(child, below);
    }
  }

  private count(kind: string): number {
    return Object.values(this.nodes).filter(node => node.kind === kind).length;
  }

  private addDevice(device: HwlocObject, port: PortFinder): void {
    if (device.type !== 'PCIDev') return;
    const id = idOf(device);
    const code = pciClassOf(device);
    const fabrics = device.children.find(child => child.type === 'OSDev' && isOpenFabrics(child, this.tree.version));
    const isInfiniBand = code === '0207' || code === '0c06';
    if (code === '0108') this.addEndpoint(device, 'nvme-ssd', osNameOf(device, 'nvme') ?? 'nvme', port);
    else if (fabrics !== undefined || isInfiniBand) {
      if (fabrics === undefined) this.guessed.push(`${id} is an InfiniBand controller by its class ${code}; the file names no RDMA device under it`);
      this.addEndpoint(device, 'rdma-nic', fabrics?.attributes['name'] ?? 'nic', port);
    } else this.ignored.push(`${id}: ${unmodelledClass(code, device)}`);
  }

  private addEndpoint(device: HwlocObject, kind: string, name: string, port: PortFinder): void {
    this.addBelow(device, kind, name, [device.attributes['pci_busid'], device.infos['PCIDevice']].filter(text => text !== undefined && text !== '').join(' '), port);
  }

  private addBelow(object: HwlocObject, kind: string, name: string, label: string, port: PortFinder): Place | null {
    const found = port();
    if (found === null) {
      this.ignored.push(`${idOf(object)}: no port is left above it`);
      return null;
    }
    const node = this.addNode(name, kind, { label });
    this.link(found.place, found.kind, node, this.shapeOf(object));
    return node;
  }

  private shapeOf(object: HwlocObject): Partial<LabLink> {
    const speed = Number(object.attributes['pci_link_speed']);
    const [best, ...others] = linkShapes(speed);
    const id = idOf(object);
    if (best === undefined) {
      this.guessed.push(`${id}: its link speed is ${speed > 0 ? `${speed} GB/s, which no PCIe link has` : 'not said'}; the default width and generation are taken`);
      return {};
    }
    const also = others.map(({ width, gen }) => `x${width} gen ${gen}`).join(' or ');
    this.guessed.push(`${id}: ${speed} GB/s is read as x${best.width} gen ${best.gen}${also === '' ? '' : ` (${also} would be as fast)`}`);
    return { width: best.width, gen: best.gen };
  }
}

function descendants(object: HwlocObject, type: string): readonly HwlocObject[] {
  return object.children.flatMap(child => (child.type === type ? [child, ...descendants(child, type)] : descendants(child, type)));
}

const osNameOf = (device: HwlocObject, start: string): string | undefined =>
  device.children.map(child => child.attributes['name'] ?? '').find(name => name.startsWith(start));

/** "PCIDev 0000:34:00.0", "NUMANode 0", "OSDev dax0.0". */
function idOf(object: HwlocObject): string {
  const { pci_busid: bus, bridge_pci: buses, name, os_index: index } = object.attributes;
  return `${object.type} ${bus ?? buses ?? name ?? index ?? ''}`.trim();
}

/** As people write it where that is exact, else in bytes. */
function sizeText(bytes: number): string {
  const text = showBytes(bytes);
  return /^\d+ /.test(text) && bytes % 4096 === 0 && exact(text, bytes) ? text : `${bytes} B`;
}

function exact(text: string, bytes: number): boolean {
  const unit = ['B', 'KiB', 'MiB', 'GiB', 'TiB', 'PiB'].indexOf(text.split(' ')[1] ?? '');
  return Number.parseInt(text, 10) * 1024 ** unit === bytes;
}
