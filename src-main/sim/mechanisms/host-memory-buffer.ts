import { arena } from '@shared/state/arena';
import type { Row } from '@shared/state/dictionary';
import { lentMemory } from '@shared/state/p2p-tables';
import { memoryBlocks } from '@shared/state/placement-tables';
import { hosts } from '@shared/state/tables';
import { PAGE_BYTES } from '@shared/units/pages';
import { mechanism } from '../engine/mechanism';
import { every, frame } from '../engine/place';
import { done } from '../engine/step';
import { kernel } from '../kernel';
import { freeFrames, USE } from './frames';

/** max_host_mem_size_mb (drivers/nvme/host/pci.c). */
const LENT_BYTES_MAX = 128 * 1024 * 1024;

const PIECE = [lentMemory.pfnFirst, lentMemory.pageCount, lentMemory.inUse];

/** What lending memory and taking it back read and write. */
export const LEND_READS = every(memoryBlocks.state, memoryBlocks.zone);
export const LEND_TERMS = every(hosts.use, ...PIECE);

const piecesOf = (node: number): readonly Row[] => lentMemory.$.rows(arena).filter(piece => lentMemory.drive.get(piece) === node && lentMemory.pageCount.get(piece) > 0);

export const isLent = (node: number): boolean => piecesOf(node).length > 0;

/** nvme_set_host_mem(): from its enabling to its disabling the drive reads and writes the memory as it likes. */
export function letUse(node: number, uses: boolean): void {
  for (const piece of piecesOf(node)) lentMemory.inUse.set(piece, uses ? 1 : 0);
}

/**
 * nvme_alloc_host_mem(): RAM in pieces until the drive has what it prefers, up to the limit; less does as long as it is what it needs,
 * else it gets none, and has to work without. Memory that it has already stays.
 */
export function lendMemory(node: number, host: Row): void {
  const { hmbBytes, hmbMinBytes } = kernel.drives.get(node)!;
  if (isLent(node) || hmbMinBytes > LENT_BYTES_MAX) return;
  const wanted = Math.floor(Math.min(hmbBytes, LENT_BYTES_MAX) / PAGE_BYTES);
  let pages = 0;
  for (let nth = 0; pages < wanted; nth++) {
    const free = freeFrames(host, { pagesMax: wanted - pages, unmovable: true });
    if (free === null) break;
    hosts.use.assign(host, free.pfn, free.pages, USE.device);
    const piece = lentMemory.$.row(node, nth);
    lentMemory.pfnFirst.set(piece, free.pfn);
    lentMemory.pageCount.set(piece, free.pages);
    lentMemory.host.set(piece, host);
    pages += free.pages;
  }
  if (pages * PAGE_BYTES < hmbMinBytes) takeBack(node);
}

/** nvme_free_host_mem(): only once the drive has let go of it. */
export function takeBack(node: number): void {
  for (const piece of piecesOf(node)) {
    hosts.use.assign(lentMemory.host.get(piece), lentMemory.pfnFirst.get(piece), lentMemory.pageCount.get(piece), USE.free);
    for (const column of PIECE) column.set(piece, 0);
  }
}

const T = frame('node', 'host', 'on');

/** Writing the sysfs file hmb of a drive. */
export const hostMemoryBuffer = mechanism({
  name: 'nvme-hmb',
  source: 'spec 7.4; drivers/nvme/host/pci.c hmb_store(), nvme_setup_host_mem(), nvme_set_host_mem(), nvme_free_host_mem() (6.19)',
  frame: T,
  order: 'HB1 HB2 HB3 HB4',
  steps: {
    HB1: {
      title: 'lend the drive memory, if that is asked for', reads: LEND_READS, writes: LEND_TERMS, to: ['HB3'], costNs: () => kernel.costs.syscallNs,
      run: go => {
        if (T.on.v === 0) return go.HB3;
        lendMemory(T.node.v, T.host.v);
      },
    },
    HB2: {
      title: 'tell the drive: it may use it', reads: every(lentMemory.pageCount), writes: every(lentMemory.inUse), to: ['done'],
      run: () => {
        letUse(T.node.v, true);
        return done();
      },
    },
    HB3: { title: 'tell the drive: it lets go of it', reads: every(lentMemory.pageCount), writes: every(lentMemory.inUse), run: () => { letUse(T.node.v, false); } },
    HB4: {
      title: 'free the memory', writes: LEND_TERMS, to: ['done'],
      run: () => {
        takeBack(T.node.v);
        return done();
      },
    },
  },
});
