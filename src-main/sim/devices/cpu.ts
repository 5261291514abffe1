import { source } from '@shared/domain/source';
import { COSTS } from '../costs';
import { quantity, type Device } from './device';

export const cpu: Device = {
  kind: 'cpu',
  title: 'CPU',
  doc: 'A socket: memory controllers, and the buses to root complexes. Programs run here. Its parameters say what kernel paths cost.',
  group: 'Host',
  ports: [
    { name: 'memory', type: 'memory-controller', capacity: 16 },
    { name: 'root', type: 'root-bus', capacity: 16 },
  ],
  parameters: [
    quantity('cores', 'Cores', { dimension: 'count', min: 1, max: 4096, default: 8 }, source('shown only; every actor has a core of its own', 'X')),
    {
      name: 'vendor', title: 'Vendor', doc: 'who made it; AMD from Zen on forwards peer-to-peer traffic between root ports', required: false,
      type: { kind: 'choice', values: ['intel', 'amd', 'other'], default: 'intel' }, source: source('drivers/pci/p2pdma.c cpu_supports_p2pdma() (6.19); spec 7.2 PD3', 'V'),
    },
    { name: 'zen', title: 'Zen or later', doc: 'AMD family 17h or later', required: false, type: { kind: 'flag', default: false }, source: source('drivers/pci/p2pdma.c cpu_supports_p2pdma(): family 17h and later (6.19)', 'V') },
    ...Object.values(COSTS),
  ],
};
