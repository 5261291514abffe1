import { source } from '@shared/domain/source';
import { quantity, type Device } from './device';

export const hostMemory: Device = {
  kind: 'host-memory',
  title: 'Memory',
  doc: 'A NUMA node of ordinary RAM (ZONE_NORMAL). Anonymous memory comes from here.',
  group: 'Host',
  ports: [{ name: 'bus', type: 'memory-module', capacity: 1 }],
  parameters: [
    quantity('size', 'Size', { dimension: 'bytes', min: 4096, max: 2 ** 42, default: 2 ** 34 }, source('a common DIMM population', 'X')),
    quantity('bandwidth', 'Bandwidth', { dimension: 'rate', min: 1e6, max: 1e13, default: 38_400_000_000 }, source('JESD79-5: DDR5-4800, 8 bytes × 4.8 GT/s a channel', 'M')),
    {
      name: 'files', title: 'Files', doc: 'Files by name: size, and fs tmpfs, memfd, hugetlb or secretmem', required: false,
      type: { kind: 'files' }, source: source('the lab', 'X'),
    },
  ],
};
