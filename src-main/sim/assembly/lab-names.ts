import type { Row } from '@shared/state/dictionary';
import { P2P_OWNERS, p2pAllocations } from '@shared/state/pgmap-tables';
import { files, filesystems, hosts, mappings, pipes, processes } from '@shared/state/tables';
import { regions } from '@shared/state/rdma-tables';
import { buffers } from '@shared/state/buffer-tables';
import { FILE_MAKERS, type Lab, type LabFile, type LabOperation } from '@shared/lab/lab';
import { KINDS_OF_TARGET } from '@shared/protocol/parameter';
import { PAGE_BYTES } from '@shared/units/pages';
import type { RunMemory } from '@shared/trace/run-description';
import { parseQuantity } from '@shared/units/quantity';
import type { LabProblem } from '../api';
import { kernel } from '../kernel';
import { isDaxWhenLoaded } from '../mechanisms/dax-flag';
import { isDeviceDax } from '../mechanisms/device-dax';
import type { MappingPlace } from '../operations/operation';
import { PMD_PAGES } from '../mechanisms/folios';
import { driveFilesystem, fillDriveFile, fillMemoryFile } from './cache-files';
import { initialTag } from './initial-tag';
import { LabRdma } from './lab-rdma';
import { LabTargets } from './lab-targets';
import { firstPageOf } from './named-pages';

/** Operations that bring a keeper of pages into being, and the parameter that names it. */
const BUFFER_NAMES: Readonly<Record<string, string>> = { 'uring-register': 'ring', 'xdp-register': 'socket', 'take-reference': 'name', 'pin-pages': 'name' };
export const DEFAULT_BUFFER = 'ring';

/** First virtual page of the first mapping of a process. */
const VPN_FIRST = 0x10000;
/** First virtual page of what a child maps itself, behind all that it inherits. */
const VPN_FIRST_OF_CHILD = 0x1000_0000;

/** Numbers of file systems in host memory begin behind those of the devices. */
const PSEUDO_FS_FIRST = 1000;
const PSEUDO_FS = { tmpfs: 'tmpfs', memfd: 'tmpfs', hugetlb: 'hugetlbfs', secretmem: 'secretmem', 'pci-bar': 'pci-bar' } as const;

const isDrive = (kind: string): boolean => KINDS_OF_TARGET.drive.some(drive => drive === kind);

/** What the lab calls things, and the rows they became. */
export class LabNames {
  readonly problems: LabProblem[] = [];
  readonly memories: RunMemory[] = [];
  readonly files = new Map<string, Row>();
  readonly processes = new Map<string, Row>();
  readonly mappings = new Map<string, MappingPlace>();
  readonly pipes = new Map<string, Row>();
  /** GPUs, and memory on coherent interconnects, by node. */
  readonly gpus = new Map<string, Row>();
  readonly regions = new Map<string, Row>();
  /** io_uring rings, AF_XDP sockets and users in the kernel that keep pages. */
  readonly buffers = new Map<string, Row>();
  readonly rdma = new LabRdma();
  readonly targets = new LabTargets();
  /** Parent of each process that a fork brings into being. */
  readonly parents = new Map<Row, Row>();
  /** Names of file descriptors, numbered; each process has its own under every name. */
  readonly descriptors = new Map<string, number>();
  /** Peer-to-peer memory that programs allocate. */
  readonly p2pBuffers = new Map<string, Row>();
  /** Devices that operations use, and where the first of them says so. */
  readonly used = new Map<Row, readonly (string | number)[]>();
  /** Initial frame of each page-addressable file: pfn of its page 0 by file name, where it had blocks. */
  readonly firstPfn = new Map<string, number>();
  readonly host: Row;
  /** File systems on drives, by node. */
  readonly driveFilesystems = new Map<string, Row>();
  /** What each clone is a clone of. */
  private readonly clones = new Map<Row, Row>();
  private readonly vpnNext = new Map<Row, number>();
  private readonly pseudoFilesystems = new Map<string, Row>();

  constructor(readonly lab: Lab) {
    this.host = hosts.$.row(0);
  }

  problem(path: readonly (string | number)[], message: string): void {
    this.problems.push({ path, message });
  }

  /** Processes in the order of the lab’s actors. */
  nameProcesses(): void {
    for (const [name, actor] of Object.entries(this.lab.actors)) {
      const process = actor.process ?? name;
      if (this.processes.has(process)) continue;
      const row = processes.$.row(this.processes.size + 1);
      this.processes.set(process, row);
      processes.host.set(row, this.host);
      const memlock = actor.memlock === undefined ? null : parseQuantity(String(actor.memlock), 'bytes');
      processes.memlockLimit.set(row, memlock?.ok === true ? memlock.value : -1);
      processes.ipcLock.set(row, actor.ipcLock === true ? 1 : 0);
      processes.uid.set(row, actor.uid ?? 0);
      processes.capable.set(row, actor.caps === 'none' ? 0 : 1);
    }
  }

  /** Creates the files of every memory and drive; on a pmem region their blocks lie one behind the other, all others are page cache. */
  createFiles(): void {
    kernel.memories = this.memories;
    for (const memory of this.memories) {
      let next = memory.firstPfn;
      for (const [name, labFile] of Object.entries(this.lab.topology.nodes[memory.node].files ?? {})) {
        const row = this.addFile(memory.node, name, labFile, memory.fs === 0 ? this.pseudoFs(memory.node, labFile) : memory.fs);
        files.dax.set(row, isDaxWhenLoaded(row) ? 1 : 0);
        const pages = Math.ceil(files.size.get(row) / PAGE_BYTES);
        if (memory.fs === 0) {
          files.numaNode.set(row, memory.numaNode + 1);
          if (!fillMemoryFile(row, labFile)) this.problem(['topology', 'nodes', memory.node, 'files', name, 'size'], `there is no memory for the ${pages} pages of ${name}`);
          continue;
        }
        if (files.dax.get(row) === 0) {
          if (!fillDriveFile(row, labFile)) this.problem(['topology', 'nodes', memory.node, 'files', name, 'cached'], `there is no memory to cache the pages of ${name}`);
          continue;
        }
        if (labFile.layout === 'hole' || pages === 0) continue;
        if (next + pages > memory.firstPfn + memory.pageCount) {
          this.problem(['topology', 'nodes', memory.node, 'files', name, 'size'], `the files of ${memory.node} need more than its ${memory.pageCount} pages`);
          continue;
        }
        this.giveBlocks(row, memory.fs, next, pages, labFile.layout === 'unwritten' ? 'unwritten' : 'written');
        this.firstPfn.set(name, next);
        next += pages;
      }
    }
    this.createDriveFiles();
  }

  private createDriveFiles(): void {
    const nodes = Object.entries(this.lab.topology.nodes);
    for (const [nth, [node, labNode]] of nodes.filter(([, { kind }]) => isDrive(kind)).entries()) {
      const fs = driveFilesystem(nth, labNode, this.host);
      if (fs !== 0) this.driveFilesystems.set(node, fs);
      for (const [name, labFile] of Object.entries(labNode.files ?? {})) {
        if (fs === 0) this.problem(['topology', 'nodes', node, 'files', name], `${node} has no file system for ${name}: its fs is none`);
        else if (!fillDriveFile(this.addFile(node, name, labFile, fs), labFile)) this.problem(['topology', 'nodes', node, 'files', name, 'cached'], `there is no memory to cache the pages of ${name}`);
      }
    }
  }

  private addFile(node: string, name: string, labFile: LabFile, fs: Row): Row {
    const bytes = parseQuantity(String(labFile.size), 'bytes');
    const row = files.$.row(this.files.size + 1);
    if (this.files.has(name)) this.problem(['topology', 'nodes', node, 'files', name], `there is a second file "${name}"; file names are unique in a lab`);
    this.files.set(name, row);
    files.fs.set(row, fs);
    files.size.set(row, bytes.ok ? bytes.value : 0);
    files.links.set(row, 1);
    files.type.set(row, files.type.valueOf(labFile.type ?? 'regular'));
    files.uid.set(row, labFile.owner ?? 0);
    files.pinnable.set(row, labFile.pinnable === true ? 1 : 0);
    files.xflag.set(row, labFile.xflag ?? 0);
    files.mode.set(row, Number.parseInt(String(labFile.mode ?? '0644'), 8));
    return row;
  }

  /** The file system in host memory that a file lies on: one of each kind a node. */
  private pseudoFs(node: string, { fs }: LabFile): Row {
    const type = PSEUDO_FS[fs ?? 'tmpfs'];
    const key = `${node} ${type}`;
    const row = this.pseudoFilesystems.get(key) ?? filesystems.$.row(PSEUDO_FS_FIRST + this.pseudoFilesystems.size);
    this.pseudoFilesystems.set(key, row);
    filesystems.type.set(row, filesystems.type.valueOf(type));
    filesystems.host.set(row, this.host);
    return row;
  }

  /** The inode that a create will bring into being. */
  private addCreated(name: string, { fs: node, dir, of }: LabOperation['parameters']): void {
    const memory = this.memories.find(candidate => candidate.node === node) ?? this.memories.find(({ fs }) => fs !== 0) ?? this.memories[0];
    const row = files.$.row(this.files.size + 1);
    this.files.set(name, row);
    const fs = this.driveFilesystems.get(String(node)) ?? memory.fs;
    // A clone is made beside what it is a clone of.
    const source = this.files.get(String(of));
    if (source !== undefined) this.clones.set(row, source);
    files.fs.set(row, source !== undefined ? files.fs.get(source) : fs === 0 ? this.pseudoFs(memory.node, { size: 0 }) : fs);
    files.xflag.set(row, files.xflag.get(this.files.get(String(dir)) ?? 0));
    files.dax.set(row, isDaxWhenLoaded(row) ? 1 : 0);
    files.mode.set(row, Number.parseInt('0644', 8));
    files.gone.set(row, 1);
  }

  private giveBlocks(file: Row, fs: Row, pfn: number, pages: number, kind: 'unwritten' | 'written'): void {
    const nth = files.nth.get(file);
    files.kind.assign(file, 0, pages, files.kind.valueOf(kind));
    files.blockDelta.assign(file, 0, pages, pfn);
    hosts.owner.assign(this.host, pfn, pages, nth);
    hosts.ownerDelta.assign(this.host, pfn, pages, -pfn);
    if (kind === 'written') hosts.content.assign(this.host, pfn, pages, initialTag(nth));
    else hosts.stale.assign(this.host, pfn, pages, 1);
    filesystems.freeBlocks.set(fs, filesystems.freeBlocks.get(fs) - pages);
  }

  /** Gives a file that an operation brings into being its row: before all other names, since mappings are as long as their files. */
  introduceFile({ word, parameters }: LabOperation): void {
    const made = FILE_MAKERS[word];
    if (made !== undefined && !this.files.has(String(parameters[made]))) this.addCreated(String(parameters[made]), parameters);
  }

  /** Pages that a file has when the lab begins; a clone as many as what it will be a clone of. */
  pagesOf(file: Row): number {
    const source = this.clones.get(file);
    return source === undefined ? Math.ceil(files.size.get(file) / PAGE_BYTES) : this.pagesOf(source);
  }

  /** Gives a name that an operation introduces its row, before any operation is resolved. */
  introduce(process: Row, operation: LabOperation, pagesOf: (operation: LabOperation) => number): void {
    const { word, parameters } = operation;
    if ((word === 'mmap' || word === 'p2p-mmap') && parameters['name'] !== undefined) this.addMapping(process, String(parameters['name']), operation, pagesOf);
    this.rdma.introduce(process, operation);
    this.targets.introduce(operation);
    if ((word === 'ibv-reg' || word === 'ibv-reg-dmabuf') && parameters['name'] !== undefined) {
      const name = String(parameters['name']);
      if (!this.regions.has(name)) this.regions.set(name, regions.$.row(process, this.regions.size));
    }
    const buffer = BUFFER_NAMES[word];
    if (buffer !== undefined) this.addBuffer(process, String(parameters[buffer] ?? DEFAULT_BUFFER));
    if (word === 'fork') {
      const child = this.lab.actors[String(parameters['child'])];
      const row = child === undefined ? undefined : this.processes.get(child.process ?? String(parameters['child']));
      if (row === undefined || row === process) return;
      this.parents.set(row, process);
      processes.unborn.set(row, 1);
    }
    if ((word === 'open' || word === 'dup') && parameters['fd'] !== undefined && !this.descriptors.has(String(parameters['fd']))) {
      this.descriptors.set(String(parameters['fd']), this.descriptors.size);
    }
    if (word === 'p2p-alloc' && parameters['name'] !== undefined && !this.p2pBuffers.has(String(parameters['name']))) {
      this.p2pBuffers.set(String(parameters['name']), p2pAllocations.$.row(P2P_OWNERS.buffer, this.p2pBuffers.size));
    }
    if (word === 'vmsplice' && parameters['pipe'] !== undefined) {
      const name = String(parameters['pipe']);
      if (this.pipes.has(name)) return;
      const row = pipes.$.row(this.pipes.size);
      pipes.process.set(row, process);
      this.pipes.set(name, row);
    }
  }

  private addBuffer(process: Row, name: string): void {
    if (this.buffers.has(name)) return;
    const row = buffers.$.row(this.buffers.size);
    buffers.process.set(row, process);
    this.buffers.set(name, row);
  }

  /** A name keeps its address for good: as many pages are set aside as it is ever mapped with. */
  private addMapping(process: Row, name: string, operation: LabOperation, pagesOf: (operation: LabOperation) => number): void {
    if (this.mappings.has(name)) return;
    const mapped = Object.values(this.lab.actors).flatMap(({ ops }) => ops).filter(({ word, parameters }) => (word === 'mmap' || word === 'p2p-mmap') && String(parameters['name']) === name);
    const grown = Object.values(this.lab.actors).flatMap(({ ops }) => ops).filter(({ word, parameters }) => word === 'mremap' && String(parameters['mapping']) === name);
    const pagesMax = Math.max(...mapped.map(pagesOf), ...grown.map(({ parameters }) => Number(parameters['newPages'] ?? 0)));
    const fixed = this.mappings.get(String(operation.parameters['over']));
    const next = this.vpnNext.get(process) ?? (this.parents.has(process) ? VPN_FIRST_OF_CHILD : VPN_FIRST);
    const file = this.files.get(String(operation.parameters['file'])) ?? 0;
    // Device-dax looks for an address of its own alignment (dax_get_unmapped_area()), other large mappings for one that is as far
    // into 2 MiB as what they map (thp_get_unmapped_area()).
    const inPmd = pagesMax >= PMD_PAGES || isDeviceDax(file) ? (operation.word === 'mmap' && file !== 0 ? firstPageOf(operation) % PMD_PAGES : 0) : null;
    const vpnFirst = fixed?.vpnFirst ?? (inPmd === null ? next : Math.ceil((next - inPmd) / PMD_PAGES) * PMD_PAGES + inPmd);
    this.mappings.set(name, { row: mappings.$.row(process, this.mappings.size), process, vpnFirst, pageCount: pagesOf(operation) });
    this.vpnNext.set(process, Math.max(next, vpnFirst + pagesMax));
  }
}
