import type { MemoryType } from '@shared/domain/memory-type';
import type { LabNode } from '@shared/lab/lab';
import { pgmaps } from '@shared/state/pgmap-tables';
import { memoryBlocks } from '@shared/state/placement-tables';
import type { Row } from '@shared/state/dictionary';
import { filesystems, hosts } from '@shared/state/tables';
import type { RunMemory } from '@shared/trace/run-description';
import { PAGE_BYTES } from '@shared/units/pages';
import { kernel } from '../kernel';
import { PMD_ORDER, PMD_PAGES } from '../mechanisms/folios';
import { baseRefs, HUGE_ZERO_PFN } from '../mechanisms/memory-types';
import { creationRefs, PGMAP } from '../mechanisms/pgmap';
import { choiceOf, flagOf, quantityOf } from './parameter-values';

/** First pfn of the first pmem region, and the alignment of those behind: low enough to read, high enough not to look like an index. */
const PFN_FIRST = 0x80000;
const PFN_ALIGNMENT = 0x10000;

interface Laid {
  readonly type: MemoryType;
  readonly pageCount: number;
}

const isDevdax = (node: LabNode): boolean => node['mode'] === 'devdax';
const pagesOf = (node: LabNode, quantity: string): number => Math.floor(quantityOf(node, quantity) / PAGE_BYTES);

/** The BAR of a drive: what it says, or as large as its buffer needs. */
export const barBytes = (node: LabNode): number => Math.ceil((quantityOf(node, 'bar') || quantityOf(node, 'cmbOffset') + quantityOf(node, 'cmb')) / PAGE_BYTES) * PAGE_BYTES;

/** Memory of a node by its kind: pmem, RAM, what a CXL device or a GPU has, and the buffer of an NVMe drive. */
const LAID: Readonly<Record<RunMemory['kind'], (node: LabNode) => Laid>> = {
  'pmem-region': node => ({ type: isDevdax(node) ? 'devdax' : 'fsdax', pageCount: pagesOf(node, 'size') }),
  'host-memory': node => ({ type: 'normal', pageCount: pagesOf(node, 'size') }),
  'coherent-memory': node => ({ type: 'coherent', pageCount: pagesOf(node, 'size') }),
  gpu: node => ({ type: 'private', pageCount: pagesOf(node, 'size') }),
  'nvme-ssd': node => ({ type: 'p2pdma', pageCount: quantityOf(node, 'cmb') === 0 ? 0 : barBytes(node) / PAGE_BYTES }),
};

/** Gives every memory its frames: pmem regions first, then ordinary memory, then that of devices. */
export function layOutMemories(nodes: Readonly<Record<string, LabNode>>, host: Row): RunMemory[] {
  const memories: RunMemory[] = [];
  kernel.memories = memories;
  hosts.order.assign(host, HUGE_ZERO_PFN, PMD_PAGES, PMD_ORDER);
  let pfn = PFN_FIRST;
  for (const [kind, laid] of Object.entries(LAID) as [RunMemory['kind'], (node: LabNode) => Laid][]) {
    for (const [node, labNode] of Object.entries(nodes).filter(([, candidate]) => candidate.kind === kind)) {
      const { type, pageCount } = laid(labNode);
      if (pageCount === 0) continue;
      const fs = kind === 'pmem-region' ? filesystems.$.row(memories.length) : 0;
      const block = memoryBlocks.$.row(memories.length);
      if (kind === 'host-memory') {
        memoryBlocks.zone.set(block, memoryBlocks.zone.valueOf(choiceOf(labNode, 'zone')));
        memoryBlocks.state.set(block, memoryBlocks.state.valueOf(choiceOf(labNode, 'state')));
      }
      memories.push({ node, kind, type, firstPfn: pfn, pageCount, fs, numaNode: kind === 'host-memory' ? quantityOf(labNode, 'node') : 0 });
      if (baseRefs(type) !== 0) hosts.refs.add(host, pfn, pageCount, baseRefs(type));
      if (fs !== 0) makeFilesystem(fs, host, labNode, pfn, pageCount);
      if (type === 'devdax') alignFolios(host, labNode, pfn, pageCount);
      if (type !== 'normal' && type !== 'p2pdma') registerPgmap(memories.length - 1, pageCount);
      pfn = Math.ceil((pfn + pageCount) / PFN_ALIGNMENT) * PFN_ALIGNMENT;
    }
  }
  return memories;
}

function makeFilesystem(fs: Row, host: Row, node: LabNode, pfn: number, pageCount: number): void {
  const named = typeof node['fs'] === 'string' ? node['fs'] : 'xfs';
  filesystems.mount.set(fs, filesystems.mount.valueOf(isDevdax(node) ? 'dax' : choiceOf(node, 'mount')));
  filesystems.reflink.set(fs, named === 'xfs' && flagOf(node, 'reflink') ? 1 : 0);
  filesystems.type.set(fs, filesystems.type.valueOf(isDevdax(node) ? 'devdax' : named));
  if (isDevdax(node)) filesystems.alignPages.set(fs, Math.max(1, pagesOf(node, 'align')));
  filesystems.unmounted.set(fs, flagOf(node, 'mounted') ? 0 : 1);
  filesystems.host.set(fs, host);
  filesystems.firstPfn.set(fs, pfn);
  filesystems.blockCount.set(fs, pageCount);
  filesystems.freeBlocks.set(fs, pageCount);
}

/** Device-dax of huge alignment has compound pages since 5.17 (drivers/dax/device.c, pgmap->vmemmap_shift). */
function alignFolios(host: Row, node: LabNode, pfn: number, pageCount: number): void {
  if (kernel.policy.zoneDeviceRefcount.pagesHoldPgmap || pagesOf(node, 'align') % PMD_PAGES !== 0) return;
  const whole = pageCount - (pageCount % PMD_PAGES);
  if (whole > 0) hosts.order.assign(host, pfn, whole, PMD_ORDER);
}

/** memremap_pages() at boot, by the driver of the memory. */
function registerPgmap(memory: number, pageCount: number): void {
  const pgmap = pgmaps.$.row(memory, 0);
  pgmaps.state.set(pgmap, PGMAP.live);
  pgmaps.pageCount.set(pgmap, pageCount);
  pgmaps.refs.set(pgmap, creationRefs(pgmap));
}
