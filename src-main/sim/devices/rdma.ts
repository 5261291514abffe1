import { source } from '@shared/domain/source';
import { FUNCTION_OF, quantity, type Device } from './device';

export const rdmaNic: Device = {
  kind: 'rdma-nic',
  title: 'NIC',
  doc: 'An RDMA NIC: registrations pin memory for as long as user space likes, and remote peers write into it.',
  group: 'Devices',
  ports: [
    { name: 'pcie', type: 'pcie-upstream', capacity: 1 },
    { name: 'fabric', type: 'fabric', capacity: 8 },
  ],
  parameters: [
    quantity('bandwidth', 'Port rate', { dimension: 'rate', min: 1e6, max: 1e12, default: 25_000_000_000 }, source('InfiniBand HDR, 200 Gbit/s', 'M')),
    quantity('latency', 'Fabric latency', { dimension: 'ns', min: 0, max: 1_000_000_000, default: 1_000 }, source('about a microsecond end to end on a data-centre fabric', 'X')),
    { name: 'odp', title: 'On-demand paging', doc: 'whether it takes page faults: registrations may then pin nothing', required: false, type: { kind: 'flag', default: false }, source: source('drivers/infiniband/hw/mlx5/odp.c, sw/rxe/rxe_odp.c (6.19)', 'V') },
    { name: 'deregFence', title: 'Dereg waits before it unpins', doc: 'false is the defect of a driver that unpins before accesses in flight are through', required: false, type: { kind: 'flag', default: true }, source: source('spec 6.5, scenario dereg-mr-while-remote-writes', 'D') },
    FUNCTION_OF,
  ],
};

export const rdmaPeer: Device = {
  kind: 'rdma-peer',
  title: 'RDMA peer',
  doc: 'A remote host on the fabric. Its programs post RDMA operations; its own memory is not modelled.',
  group: 'Devices',
  ports: [{ name: 'fabric', type: 'fabric', capacity: 8 }],
  parameters: [],
};
