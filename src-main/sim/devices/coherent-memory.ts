import { source } from '@shared/domain/source';
import { quantity, type Device } from './device';

export const coherentMemory: Device = {
  kind: 'coherent-memory',
  title: 'Coherent memory',
  doc: 'Memory of a device on a coherent interconnect (CXL and its like): the CPU reaches it through ordinary page-table entries, and it must always be evictable (DEVICE_COHERENT).',
  group: 'Memory',
  ports: [{ name: 'pcie', type: 'pcie-upstream', capacity: 1 }],
  parameters: [
    quantity('size', 'Size', { dimension: 'bytes', min: 4096, max: 2 ** 42, default: 2 ** 24 }, source('small, so that every page can be seen', 'X')),
    quantity('bandwidth', 'Bandwidth', { dimension: 'rate', min: 1e6, max: 1e13, default: 31_500_000_000 }, source('CXL 1.1 over PCIe 5.0 x8: 8 lanes of 3.938 GB/s', 'M')),
  ],
};
