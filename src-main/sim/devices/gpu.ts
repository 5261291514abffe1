import { source } from '@shared/domain/source';
import { quantity, type Device } from './device';

export const gpu: Device = {
  kind: 'gpu',
  title: 'GPU',
  doc: 'A GPU: memory of its own that the CPU cannot touch (device-private pages), and a copy engine.',
  group: 'Devices',
  ports: [{ name: 'pcie', type: 'pcie-upstream', capacity: 1 }],
  parameters: [
    quantity('size', 'Memory', { dimension: 'bytes', min: 4096, max: 2 ** 42, default: 2 ** 24 }, source('small, so that every page can be seen', 'X')),
    quantity('bandwidth', 'Copy engine', { dimension: 'rate', min: 1e6, max: 1e13, default: 25_000_000_000 }, source('a copy engine fills its PCIe 4.0 x16 link, about 25 GB/s of payload', 'X')),
  ],
};
