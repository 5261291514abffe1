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
    ...Object.values(COSTS),
  ],
};
