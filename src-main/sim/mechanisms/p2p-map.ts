import { ERRNO } from '@shared/domain/errno';
import { p2pRoutes } from '@shared/state/p2p-tables';
import type { Column } from '@shared/state/table';
import { emit } from '../engine/events';
import { answer } from '../engine/machine';
import { mechanism } from '../engine/mechanism';
import { every, frame } from '../engine/place';
import { call, done, fail, site } from '../engine/step';
import { kernel } from '../kernel';
import { p2pDistance, ROUTE, routeRow } from './p2p-distance';

/** `provider` and `client` are indexes of nodes. */
const T = frame('provider', 'client', 'pages');

const ask = site(p2pDistance, T.provider, T.client);

/** 4.20 asked nobody: whoever maps such pages gets bus addresses (pci_p2pdma_map_sg()). */
const mapsUnasked = (): boolean => kernel.policy.knobs.p2pRule === 'same-switch-only';

/** What {@link unmapPeer} reads and writes. */
export const PEER_READS = every(p2pRoutes.type);
export const PEER_TERMS = every(p2pRoutes.busPages, p2pRoutes.iommuPages);

/** Bus addresses need no entry of an IOMMU; the way through the host bridge is mapped like host memory (spec 7.3). */
const countOf = (provider: number, client: number): Column =>
  (mapsUnasked() || p2pRoutes.type.get(routeRow(provider, client)) === ROUTE.busAddress ? p2pRoutes.busPages : p2pRoutes.iommuPages);

function count(provider: number, client: number, pages: number): void {
  const column = countOf(provider, client);
  const route = routeRow(provider, client);
  column.set(route, column.get(route) + pages);
}

/** dma_unmap_sgtable(): entries of the IOMMU go; of bus addresses there is nothing to undo but the count. */
export const unmapPeer = (provider: number, client: number, pages: number): void => { count(provider, client, -pages); };

/** Pages of a provider that a client has addresses of. */
export const mappedPages = (provider: number, client: number): number => p2pRoutes.busPages.get(routeRow(provider, client)) + p2pRoutes.iommuPages.get(routeRow(provider, client));

/** dma_map_sgtable() of peer-to-peer memory for the device that is to use it. EREMOTEIO where no way leads there. */
export const p2pMap = mechanism({
  name: 'p2p-map',
  source: 'spec 7.3; drivers/pci/p2pdma.c pci_p2pdma_map_type(), __pci_p2pdma_update_state(), kernel/dma/direct.c dma_direct_map_sg() (6.6, 6.19), pci_p2pdma_map_sg() (4.20)',
  frame: T,
  order: 'PY1 PY2',
  steps: {
    PY1: { title: 'ask how the client reaches the provider', calls: [ask], run: () => call(ask) },
    PY2: {
      title: 'give it addresses of the pages', reads: PEER_READS, writes: PEER_TERMS, to: ['done'],
      run: () => {
        const isRefused = answer.result < 0 && !mapsUnasked();
        emit('p2p-mapped', routeRow(T.provider.v, T.client.v), T.pages.v, isRefused ? ERRNO.EREMOTEIO : 0);
        if (isRefused) return fail(ERRNO.EREMOTEIO);
        count(T.provider.v, T.client.v, T.pages.v);
        return done();
      },
    },
  },
});
