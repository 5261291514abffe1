import { count, flag, id, int, oneOf, ref, table } from './table';

export const bridges = table('bridge', 'A PCI bridge: a root port, or a port of a switch.', {
  nth: id('index in the lab, from 0'),
  acs: flag('redirects peer traffic upwards: ACS request or completion redirect, or egress control'),
}, {});

export const p2pRoutes = table('p2p route', 'How a client reaches a provider of peer-to-peer memory, as the kernel remembers it.', {
  provider: id('index of the node in the topology'),
  client: id('index of the node in the topology'),
  type: oneOf('map type', ['not asked', 'BUS_ADDR', 'THRU_HOST_BRIDGE', 'NOT_SUPPORTED']),
  distance: int('PCI hops from one to the other'),
  busPages: count('pages that the client reaches by their bus address now', { unit: 'pages' }),
  iommuPages: count('pages that are mapped for the client like host memory now', { unit: 'pages' }),
}, {});

export const ioQueues = table('io queue', 'A submission queue of an NVMe drive; 0 is the admin queue.', {
  drive: id('index of the node in the topology'),
  nth: id('which of its queues'),
  place: oneOf('where its entries lie', ['none', 'host memory', 'CMB']),
}, {});

export const lentMemory = table('host memory buffer', 'A piece of host memory that is lent to a drive.', {
  drive: id('index of the node in the topology'),
  nth: id('which of its pieces, from 0'),
  pfnFirst: int('first frame'),
  pageCount: count('length; 0 is none', { unit: 'pages' }),
  inUse: flag('the drive reads and writes it as it likes'),
  host: ref('the machine of the frames', { hidden: true }),
}, {});
