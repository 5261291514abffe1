import { ERRNO } from '@shared/domain/errno';
import { hosts, processes } from '@shared/state/tables';
import { answer } from '../engine/machine';
import { mechanism } from '../engine/mechanism';
import { every, frame, pagesAt } from '../engine/place';
import { call, done, fail, site } from '../engine/step';
import { kernel } from '../kernel';
import { mapsFrame } from './address-space';
import { USE } from './frames';
import { memoryAt } from './memory-types';
import { ISOLATE_READS, ISOLATE_TERMS, isolateFolios, migrateFolios, TO } from './migrate-folios';

const T = frame('op', 'process', 'vpn', 'pages', 'host', 'pfn');

const pte = pagesAt(processes.pte, T.process);
const pfnDelta = pagesAt(processes.pfnDelta, T.process);
const migrate = site(migrateFolios, T.op, T.host, TO.elsewhere);

/** madvise(MADV_SOFT_OFFLINE): moves each page away and never hands its frame out again. EBUSY for a page that somebody holds. */
export const softOffline = mechanism({
  name: 'soft-offline',
  source: 'spec 8.12; mm/memory-failure.c soft_offline_page(), soft_offline_in_use_page() (6.19)',
  frame: T,
  order: 'SF1 SF2 SF3',
  steps: {
    SF1: {
      title: 'isolate one page', reads: [pte, pfnDelta, ...ISOLATE_READS], writes: ISOLATE_TERMS, to: ['SF1', 'done'], costNs: () => kernel.costs.syscallNs,
      run: go => {
        if (T.pages.v === 0) return done();
        T.host.v = processes.host.get(T.process.v);
        if (mapsFrame(pte.at(T.vpn.v))) {
          T.pfn.v = T.vpn.v + pfnDelta.at(T.vpn.v);
          if (memoryAt(T.pfn.v).type !== 'normal' || isolateFolios(T.op.v, T.host.v, T.pfn.v, 1) === 0) return fail(ERRNO.EBUSY);
          return undefined;
        }
        T.vpn.v += 1;
        T.pages.v -= 1;
        return go.SF1;
      },
    },
    SF2: { title: 'move it away', calls: [migrate], run: () => call(migrate) },
    SF3: {
      title: 'take its frame out of use', to: ['SF1', 'done'], writes: every(hosts.use),
      run: go => {
        if (answer.result > 0) return fail(ERRNO.EBUSY);
        hosts.use.assign(T.host.v, T.pfn.v, 1, USE.kernel);
        T.vpn.v += 1;
        T.pages.v -= 1;
        return go.SF1;
      },
    },
  },
});
