import { p2pPools } from '@shared/state/pgmap-tables';
import { p2pRoutes } from '@shared/state/p2p-tables';
import { emit } from '../engine/events';
import { mechanism } from '../engine/mechanism';
import { every, frame } from '../engine/place';
import { call, done, site } from '../engine/step';
import { kernel } from '../kernel';
import { p2pDistance, ROUTE, routeRow } from './p2p-distance';
import { isPoolLive, poolOf } from './p2p-pool';

/** `clients` is a set of nodes, one bit each; `pair` counts (provider, client) pairs; `found` is the node chosen, from 1. */
const T = frame('op', 'clients', 'pair', 'provider', 'client');

const ask = site(p2pDistance, T.provider, T.client);

const clients = (): readonly number[] => kernel.nodes.flatMap((_, nth) => (Math.floor(T.clients.v / 2 ** nth) % 2 === 1 ? [nth] : []));

/** Nodes with a published pool, in the order of the topology. */
export const publishedProviders = (): readonly number[] => kernel.memories.flatMap(({ type, node }, memory) =>
  (type === 'p2pdma' && isPoolLive(poolOf(memory)) && p2pPools.published.get(poolOf(memory)) === 1 ? [kernel.nodes.indexOf(node)] : []));

const pairs = (): readonly (readonly [provider: number, client: number])[] => publishedProviders().flatMap(provider => clients().map(client => [provider, client] as const));

/** Providers that all clients reach, of the least summed distance. */
function nearest(): readonly number[] {
  const reaching = publishedProviders().filter(provider => clients().every(client => p2pRoutes.type.get(routeRow(provider, client)) !== ROUTE.notSupported));
  const distance = (provider: number): number => clients().reduce((sum, client) => sum + p2pRoutes.distance.get(routeRow(provider, client)), 0);
  const least = Math.min(...reaching.map(distance));
  return reaching.filter(provider => distance(provider) === least);
}

/** pci_p2pmem_find_many(): answers the node of the provider from 1; 0 where there is none. */
export const p2pFindMany = mechanism({
  name: 'p2p-find-many',
  source: 'spec 7.2; drivers/pci/p2pdma.c pci_p2pmem_find_many() (6.19)',
  frame: T,
  order: 'PF1 PF2',
  steps: {
    PF1: {
      title: 'ask for the distance of one client to one published provider', reads: every(p2pPools.state, p2pPools.published), calls: [ask], to: ['PF1', 'PF2'], costNs: () => kernel.costs.syscallNs,
      run: go => {
        const pair = pairs()[T.pair.v];
        if (pair === undefined) return go.PF2;
        [T.provider.v, T.client.v] = pair;
        T.pair.v += 1;
        return call(ask, go.PF1);
      },
    },
    PF2: {
      title: 'take the nearest; among equals, any', reads: every(p2pPools.state, p2pPools.published, p2pRoutes.type, p2pRoutes.distance), to: ['done'],
      choices: () => Math.max(1, nearest().length),
      run: (_go, choice) => {
        const found = nearest()[choice];
        emit('p2p-provider-found', T.op.v, found === undefined ? 0 : found + 1);
        return done(found === undefined ? 0 : found + 1);
      },
    },
  },
});
