import { ERRNO } from '@shared/domain/errno';
import { p2pAllocations, p2pPools } from '@shared/state/pgmap-tables';
import { answer } from '../engine/machine';
import { mechanism } from '../engine/mechanism';
import { at, every, frame } from '../engine/place';
import { call, done, fail, site } from '../engine/step';
import { kernel } from '../kernel';
import { mappedPages, p2pMap, PEER_READS, PEER_TERMS, unmapPeer } from './p2p-map';

/** `client` is the index of a node. */
const T = frame('allocation', 'client', 'provider', 'pages');

const map = site(p2pMap, T.provider, T.client, T.pages);

/** The allocation as it is now: whose memory, how much of it. False where nothing is allocated. */
function look(): boolean {
  T.pages.v = p2pAllocations.pageCount.get(T.allocation.v);
  if (T.pages.v === 0) return false;
  const { node } = kernel.memories[p2pPools.memory.get(p2pAllocations.pool.get(T.allocation.v))];
  T.provider.v = kernel.nodes.indexOf(node);
  return true;
}

const LOOK = [p2pAllocations.pageCount, p2pAllocations.pool].map(column => at(column, T.allocation));

/** dma_map_sgtable() by the driver that has peer-to-peer memory, for the device that shall use it. */
export const mapBufferFor = mechanism({
  name: 'p2p-map-buffer',
  source: 'spec 7.3; kernel/dma/mapping.c dma_map_sgtable() (6.19)',
  frame: T,
  order: 'PZ1 PZ2',
  steps: {
    PZ1: { title: 'whose memory it is', reads: LOOK, calls: [map], to: ['done'], run: () => (look() ? call(map) : fail(ERRNO.EINVAL)) },
    PZ2: { title: 'answer', to: ['done'], run: () => (answer.result < 0 ? fail(answer.errno) : done()) },
  },
});

/** dma_unmap_sgtable(). EINVAL stands for a driver that unmaps what it has not mapped. */
export const unmapBufferFor = mechanism({
  name: 'p2p-unmap-buffer',
  source: 'spec 7.3; kernel/dma/mapping.c dma_unmap_sg_attrs() (6.19)',
  frame: T,
  order: 'PZ3',
  steps: {
    PZ3: {
      title: 'take the addresses back', reads: [...LOOK, ...PEER_READS, ...every(...PEER_TERMS.map(({ column }) => column))], writes: PEER_TERMS, to: ['done'],
      run: () => {
        if (!look() || mappedPages(T.provider.v, T.client.v) < T.pages.v) return fail(ERRNO.EINVAL);
        unmapPeer(T.provider.v, T.client.v, T.pages.v);
        return done();
      },
    },
  },
});
