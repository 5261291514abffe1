import { pgmaps } from '@shared/state/pgmap-tables';
import { hosts } from '@shared/state/tables';
import { emit } from '../engine/events';
import { mechanism } from '../engine/mechanism';
import { at, every, frame } from '../engine/place';
import { done } from '../engine/step';
import { kernel } from '../kernel';
import { creationRefs, firstPfnOf, PGMAP } from './pgmap';

const T = frame('pgmap', 'host');

const state = at(pgmaps.state, T.pgmap);
const refs = at(pgmaps.refs, T.pgmap);

/** Puts every page once. The page that has no reference left lets go of the pgmap (spec 2.3, 2.4). */
function putEveryPage(): void {
  const first = firstPfnOf(T.pgmap.v);
  const end = first + pgmaps.pageCount.get(T.pgmap.v);
  hosts.refs.add(T.host.v, first, end - first, -1);
  for (let pfn = first; pfn < end;) {
    const next = Math.min(end, hosts.refs.runEnd(T.host.v, pfn));
    if (hosts.refs.at(T.host.v, pfn) <= 0) refs.v -= next - pfn;
    pfn = next;
  }
  pgmaps.pagesPut.set(T.pgmap.v, 1);
}

/** memunmap_pages(): no new references, the own ones go, and then it waits for everybody else's (spec 2.3). */
export const memunmap = mechanism({
  name: 'memunmap',
  source: 'spec 2.3 PU1–PU4; mm/memremap.c memunmap_pages() (5.15, 6.19)',
  frame: T,
  order: 'PU1 PU2 PU3 PU4',
  steps: {
    PU1: { title: 'no new references: the pgmap is dying', writes: [state], run: () => { state.v = PGMAP.dying; } },
    PU2: {
      title: 'drop the references of its creation', reads: [refs], writes: [refs, at(pgmaps.pagesPut, T.pgmap), ...every(hosts.refs)],
      run: () => {
        if (kernel.policy.zoneDeviceRefcount.pagesHoldPgmap) putEveryPage();
        else refs.v -= creationRefs(T.pgmap.v);
      },
    },
    PU3: { title: 'wait for the last reference of the pgmap', when: () => refs.v <= 0, waitsFor: { kind: 'pgmap', pgmap: 'pgmap' }, reads: [refs] },
    PU4: {
      title: 'remove the mapping and the struct pages', writes: [state], to: ['done'], costNs: () => kernel.costs.unmapNs,
      run: () => {
        state.v = PGMAP.gone;
        emit('pgmap-gone', T.pgmap.v);
        return done();
      },
    },
  },
});
