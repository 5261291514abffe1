import { source } from '@shared/domain/source';
import { quantity, type Device } from './device';

export const sataDisk: Device = {
  kind: 'sata-disk',
  title: 'SATA disk',
  doc: 'A SATA disk behind its host adapter. Its queue takes no peer-to-peer memory.',
  group: 'Devices',
  ports: [{ name: 'pcie', type: 'pcie-upstream', capacity: 1 }],
  parameters: [
    quantity('mediaLatency', 'Media latency', { dimension: 'ns', min: 0, max: 10_000_000_000, default: 4_160_000 }, source('half a turn at 7200 revolutions a minute', 'M')),
    quantity('bandwidth', 'Bandwidth', { dimension: 'rate', min: 1e6, max: 1e12, default: 600_000_000 }, source('SATA 3: 6 Gbit/s less 8b/10b coding', 'M')),
  ],
};
