import { ERRNO } from '@shared/domain/errno';
import { p2pPools, pgmaps } from '@shared/state/pgmap-tables';
import { PAGE_BYTES } from '@shared/units/pages';
import { mechanism } from '../engine/mechanism';
import { every, frame } from '../engine/place';
import { done, fail } from '../engine/step';
import { kernel } from '../kernel';
import { creationRefs, PGMAP, pgmapsOf } from './pgmap';
import { isPoolLive, poolOf } from './p2p-pool';

/** What {@link memremap} and {@link addResource} read and write. */
export const RESOURCE_READS = every(pgmaps.state, p2pPools.state);
export const RESOURCE_TERMS = every(pgmaps.state, pgmaps.refs, pgmaps.pagesPut, pgmaps.usedAfter, p2pPools.state, p2pPools.available, p2pPools.mappable);

/** memremap_pages(): ENXIO over system RAM, ENOMEM over a live pgmap (spec 2.1). 0 is success. */
function memremap(memory: number, firstPage: number, pages: number): number {
  if (kernel.memories[memory].type === 'normal') return ERRNO.ENXIO;
  const overlaps = pgmapsOf(memory).some(row => pgmaps.state.get(row) !== PGMAP.gone && pgmaps.firstPage.get(row) < firstPage + pages && firstPage < pgmaps.firstPage.get(row) + pgmaps.pageCount.get(row));
  if (overlaps) return ERRNO.ENOMEM;
  const pgmap = pgmaps.$.row(memory, firstPage);
  pgmaps.pageCount.set(pgmap, pages);
  pgmaps.state.set(pgmap, PGMAP.live);
  pgmaps.refs.set(pgmap, creationRefs(pgmap));
  for (const column of [pgmaps.pagesPut, pgmaps.usedAfter]) column.set(pgmap, 0);
  return 0;
}

/** What a driver asks of its BAR: bytes, and whether the BAR is memory at all. */
export interface Resource {
  readonly barBytes: number;
  readonly bytes: number;
  readonly offsetBytes: number;
  readonly isMemory: boolean;
}

/** pci_p2pdma_add_resource(): the checks in its order, then the pool, made on first use (spec 7.1). 0 is success; EOPNOTSUPP in a kernel built without it. */
export function addResource(memory: number, { barBytes, bytes, offsetBytes, isMemory }: Resource): number {
  if (!kernel.policy.knobs.pciP2pdma) return ERRNO.EOPNOTSUPP;
  if (!isMemory || offsetBytes >= barBytes) return ERRNO.EINVAL;
  const size = bytes === 0 ? barBytes - offsetBytes : bytes;
  if (size + offsetBytes > barBytes) return ERRNO.EINVAL;
  const firstPage = Math.floor(offsetBytes / PAGE_BYTES);
  const pages = Math.floor(size / PAGE_BYTES);
  const errno = memremap(memory, firstPage, pages);
  if (errno !== 0) return errno;
  const pool = poolOf(memory);
  if (!isPoolLive(pool)) {
    p2pPools.state.set(pool, p2pPools.state.valueOf('live'));
    p2pPools.size.set(pool, 0);
    p2pPools.available.set(pool, 0);
    p2pPools.mappable.set(pool, kernel.policy.knobs.userP2p ? 1 : 0);
  }
  p2pPools.size.set(pool, p2pPools.size.get(pool) + pages);
  p2pPools.available.set(pool, p2pPools.available.get(pool) + pages);
  return 0;
}

const T = frame('memory', 'pages', 'offsetPages', 'isMemory');

/** pci_p2pdma_add_resource() by a driver. */
export const p2pAddResource = mechanism({
  name: 'p2p-add-resource',
  source: 'spec 7.1, 2.1; drivers/pci/p2pdma.c pci_p2pdma_add_resource(), mm/memremap.c memremap_pages() (6.19)',
  frame: T,
  order: 'PX1',
  steps: {
    PX1: {
      title: 'check the range, map it, add it to the pool', reads: RESOURCE_READS, writes: RESOURCE_TERMS, to: ['done'], costNs: () => kernel.costs.syscallNs,
      run: () => {
        const errno = addResource(T.memory.v, { barBytes: kernel.memories[T.memory.v].pageCount * PAGE_BYTES, bytes: T.pages.v * PAGE_BYTES, offsetBytes: T.offsetPages.v * PAGE_BYTES, isMemory: T.isMemory.v === 1 });
        return errno === 0 ? done() : fail(errno);
      },
    },
  },
});
