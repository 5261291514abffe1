import { arena } from '@shared/state/arena';
import type { Row } from '@shared/state/dictionary';
import { bridges, p2pRoutes } from '@shared/state/p2p-tables';
import { emit } from '../engine/events';
import { mechanism } from '../engine/mechanism';
import { at, every, frame } from '../engine/place';
import { done } from '../engine/step';
import { kernel } from '../kernel';

/** Values of `p2pRoutes.type`. */
export const ROUTE = { notAsked: 0, busAddress: 1, throughHostBridge: 2, notSupported: 3 } as const;

/** `provider` and `client` are indexes of nodes; `a` counts up from the provider, `redirects` the bridges that send traffic up. */
const T = frame('provider', 'client', 'route', 'a', 'b', 'redirects');

const type = at(p2pRoutes.type, T.route);
const distance = at(p2pRoutes.distance, T.route);

/** The function itself, then the bridges above it; −1 behind the last one. The function has the number −2 minus its node. */
function upwards(node: number): readonly number[] {
  return [-2 - node, ...kernel.pci.functions[node]?.bridges ?? []];
}

const isRedirecting = (nth: number): boolean => nth >= 0 && bridges.acs.get(bridges.$.row(nth)) === 1;

/** Whether the kernel’s list lets traffic pass between two host bridges, or between the root ports of one. */
function isListed(provider: string | null, client: string | null): boolean {
  if (provider === null || client === null) return false;
  const [ofProvider, ofClient] = [kernel.pci.hostBridges[provider], kernel.pci.hostBridges[client]];
  return provider === client ? ofProvider !== 'not-listed' : ofProvider === 'listed' && ofClient === 'listed';
}

/** What a path that goes up to the root is (PD3). 4.20 knew no such path. */
function aboveRoot(): number {
  if (kernel.policy.knobs.p2pRule === 'same-switch-only') return ROUTE.notSupported;
  const [provider, client] = [T.provider.v, T.client.v].map(node => kernel.pci.functions[node]?.hostBridge ?? null);
  return kernel.pci.cpuForwards || isListed(provider, client) ? ROUTE.throughHostBridge : ROUTE.notSupported;
}

/** Map type of a client and a provider as far as it was asked; creates nothing. */
export function knownRoute(provider: number, client: number): number {
  const row = arena.dictionary.rowOf(p2pRoutes.$.id, [provider, client]);
  return row === undefined ? ROUTE.notAsked : p2pRoutes.type.get(row);
}

export const routeRow = (provider: number, client: number): Row => p2pRoutes.$.row(provider, client);

/** How a client reaches the memory of a provider. Answers the distance, −1 where it cannot; the map type is in the route, for good. */
export const p2pDistance = mechanism({
  name: 'p2p-distance',
  source: 'spec 7.2 PD1–PD3; drivers/pci/p2pdma.c calc_map_type_and_dist() (4.20, 5.4, 6.19)',
  frame: T,
  order: 'PD0 PD1 PD2 PD3',
  steps: {
    PD0: {
      title: 'look the answer up', reads: every(p2pRoutes.type, p2pRoutes.distance), to: ['done'], costNs: () => kernel.costs.syscallNs,
      run: () => {
        T.route.v = routeRow(T.provider.v, T.client.v);
        if (type.v !== ROUTE.notAsked) return done(type.v === ROUTE.notSupported ? -1 : distance.v);
      },
    },
    PD1: {
      title: 'walk up from the provider, and from the client to meet it', reads: every(bridges.acs), to: ['PD1', 'PD2', 'PD3'],
      run: go => {
        const node = upwards(T.provider.v)[T.a.v];
        if (node === undefined) {
          T.b.v = upwards(T.client.v).length;
          return go.PD3;
        }
        T.b.v = upwards(T.client.v).indexOf(node);
        if (T.b.v >= 0) return go.PD2;
        T.redirects.v += isRedirecting(node) ? 1 : 0;
        T.a.v += 1;
        return go.PD1;
      },
    },
    PD2: {
      title: 'common node: look at the bridges on the client’s side', reads: every(bridges.acs), writes: [type, distance], to: ['PD3', 'done'],
      run: go => {
        T.redirects.v += upwards(T.client.v).slice(0, T.b.v).filter(isRedirecting).length;
        if (T.redirects.v > 0) return go.PD3;
        return remember(ROUTE.busAddress);
      },
    },
    PD3: { title: 'through the root: CPU and host-bridge list decide', writes: [type, distance], to: ['done'], run: () => remember(aboveRoot()) },
  },
});

function remember(answer: number): ReturnType<typeof done> {
  type.v = answer;
  distance.v = T.a.v + T.b.v;
  emit('p2p-route-found', T.route.v, answer, distance.v);
  return done(answer === ROUTE.notSupported ? -1 : distance.v);
}

