import { source } from '@shared/domain/source';
import { quantity, type Device } from './device';

export const hostMemory: Device = {
  kind: 'host-memory',
  title: 'Memory',
  doc: 'A NUMA node of ordinary RAM. Anonymous memory comes from here.',
  group: 'Host',
  ports: [{ name: 'bus', type: 'memory-module', capacity: 1 }],
  parameters: [
    quantity('node', 'NUMA node', { dimension: 'count', min: 0, max: 63, default: 0 }, source('the lab’s own choice', 'X')),
    {
      name: 'zone', title: 'Zone', doc: 'zone that its blocks were put online in, or all of them reserved for contiguous allocation; long-term pins move pages out of ZONE_MOVABLE and CMA', required: false,
      type: { kind: 'choice', values: ['normal', 'movable', 'cma'], default: 'normal' }, source: source('Documentation/admin-guide/mm/memory-hotplug.rst (6.19)', 'V'),
    },
    {
      name: 'state', title: 'State', doc: 'whether its blocks are online; offline memory is plugged but gives no frames', required: false,
      type: { kind: 'choice', values: ['online', 'offline'], default: 'online' }, source: source('Documentation/admin-guide/mm/memory-hotplug.rst (6.19)', 'V'),
    },
    quantity('size', 'Size', { dimension: 'bytes', min: 4096, max: 2 ** 42, default: 2 ** 34 }, source('a common DIMM population', 'X')),
    quantity('bandwidth', 'Bandwidth', { dimension: 'rate', min: 1e6, max: 1e13, default: 38_400_000_000 }, source('JESD79-5: DDR5-4800, 8 bytes × 4.8 GT/s a channel', 'M')),
    {
      name: 'files', title: 'Files', doc: 'Files by name: size, and fs tmpfs, memfd, hugetlb or secretmem', required: false,
      type: { kind: 'files' }, source: source('the lab', 'X'),
    },
  ],
};
