import { source } from '@shared/domain/source';
import { answer } from '../../engine/machine';
import { mechanism } from '../../engine/mechanism';
import { frame } from '../../engine/place';
import { call, done, fail, site } from '../../engine/step';
import { kernel } from '../../kernel';
import { breakLeases } from '../../mechanisms/break-leases';
import type { LongtermFilePin } from '../policy';

const T = frame('file', 'first', 'pages', 'op');
const askBack = site(breakLeases, T.file, 1, 0, 0);
const carryOut = site(() => kernel.policy.truncateVsDma.layoutOperation, T.file, T.first, T.pages, T.op);

const layout = mechanism({
  name: 'layout/enumerated-leases',
  source: 'spec 5.5, knob leaseSources; thread of 8 Feb 2019: "an enumeration of lease break sources"',
  frame: T,
  order: 'AD1 AD2 AD3',
  steps: {
    AD1: {
      title: 'a layout operation counts as a source of lease breaks, if the knob says so', calls: [askBack, carryOut], to: ['AD3'],
      run: go => (kernel.policy.knobs.leaseSources === 'enumerate' ? call(askBack) : call(carryOut, go.AD3)),
    },
    AD2: { title: 'carry the operation out', calls: [carryOut], to: ['done'], run: () => (answer.result < 0 ? fail(answer.errno) : call(carryOut)) },
    AD3: { title: 'return', to: ['done'], run: () => (answer.result < 0 ? fail(answer.errno) : done()) },
  },
});

export const adminDisable: LongtermFilePin = {
  axis: 'longterm-file-pin',
  id: 'admin-disable',
  title: 'Pins allowed; the administrator keeps others from truncating',
  doc: 'Reflink is off and nobody with access truncates by convention; the kernel does not check. With the knob leaseSources every layout operation breaks the leases of the file first.',
  era: 'proposed 2019',
  source: source('thread of 8 Feb 2019 (Williams); spec 5.5', 'S'),
  fsdax: 'allow',
  cacheSharedWrite: 'allow',
  refusesFiles: false,
  layoutLeases: false,
  guards: { layout, write: null, mechanisms: [layout] },
};
