import { source } from '@shared/domain/source';
import type { Device } from './device';

export const rootComplex: Device = {
  kind: 'root-complex',
  title: 'Root complex',
  doc: 'A PCIe host bridge with its root ports: each device wired to it stands behind a root port of its own.',
  group: 'PCIe',
  ports: [
    { name: 'bus', type: 'root-uplink', capacity: 1 },
    { name: 'port', type: 'pcie-downstream', capacity: 8 },
  ],
  parameters: [
    {
      name: 'p2p', title: 'In the host-bridge list', required: false,
      doc: 'whether the kernel knows that this host bridge forwards peer-to-peer traffic: not at all, to any other listed bridge, or only between its own root ports',
      type: { kind: 'choice', values: ['not-listed', 'listed', 'same-bridge-only'], default: 'not-listed' },
      source: source('drivers/pci/p2pdma.c pci_p2pdma_whitelist[], REQ_SAME_HOST_BRIDGE (6.19); spec 7.2 PD3', 'V'),
    },
  ],
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
  parameters: [
    {
      name: 'acs', title: 'ACS redirect', required: false,
      doc: 'downstream ports that send peer traffic up to the root complex: none, all, or the nodes below them, joined by +',
      type: { kind: 'text', default: 'none' }, source: source('drivers/pci/p2pdma.c pci_bridge_has_acs_redir(): request or completion redirect, or egress control (6.19); spec 7.2 PD1', 'V'),
    },
  ],
};
