import { source } from '@shared/domain/source';
import { quantity, type Device } from './device';

export const nvmeSsd: Device = {
  kind: 'nvme-ssd',
  title: 'NVMe',
  doc: 'An NVMe drive: the DMA of O_DIRECT reads and writes.',
  group: 'Devices',
  ports: [{ name: 'pcie', type: 'pcie-upstream', capacity: 1 }],
  parameters: [
    quantity('mediaLatency', 'Media latency', { dimension: 'ns', min: 0, max: 10_000_000_000, default: 10_000 }, source('Intel Optane SSD DC P4800X product brief: below 10 µs', 'M')),
    quantity('bandwidth', 'Bandwidth', { dimension: 'rate', min: 1e6, max: 1e12, default: 2_400_000_000 }, source('Intel Optane SSD DC P4800X product brief: 2.4 GB/s sequential read', 'M')),
  ],
};
