import type { Device } from './device';

export const rootComplex: Device = {
  kind: 'root-complex',
  title: 'Root complex',
  doc: 'A PCIe host bridge with its root ports.',
  group: 'PCIe',
  ports: [
    { name: 'bus', type: 'root-uplink', capacity: 1 },
    { name: 'port', type: 'pcie-downstream', capacity: 8 },
  ],
  parameters: [],
};

export const pcieSwitch: Device = {
  kind: 'pcie-switch',
  title: 'Switch',
  doc: 'A PCIe switch: one upstream port, several downstream ports that share it.',
  group: 'PCIe',
  ports: [
    { name: 'up', type: 'pcie-upstream', capacity: 1 },
    { name: 'down', type: 'pcie-downstream', capacity: 16 },
  ],
  parameters: [],
};
