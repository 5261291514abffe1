import { count, flag, id, int, oneOf, ref, table } from './table';

export const pgmaps = table('pgmap', 'A registered range of ZONE_DEVICE memory (dev_pagemap).', {
  memory: id('index of its memory'),
  firstPage: id('first page of the memory that it covers'),
  state: oneOf('life cycle', ['none', 'live', 'dying', 'gone']),
  refs: int('pgmap.ref: what memunmap waits for'),
  pageCount: count('length', { hidden: true, unit: 'pages' }),
  pagesPut: flag('memunmap has put every page once'),
  usedAfter: flag('a page of it was used when its struct page was gone'),
}, {});

export const p2pPools = table('p2p pool', 'Peer-to-peer memory of a PCI BAR that a driver hands out.', {
  memory: id('index of its memory'),
  state: oneOf('life cycle', ['none', 'live', 'gone']),
  size: count('all of it', { hidden: true, unit: 'pages' }),
  available: count('pages that nobody has (sysfs p2pmem/available)', { unit: 'pages' }),
  published: flag('other drivers may find it (sysfs p2pmem/published)'),
  mappable: flag('the file p2pmem/allocate exists'),
}, {
  taken: { doc: 'who has the page, counted from the start of the BAR', names: ['nobody', 'kernel', 'user'] },
});

/** Who asks for peer-to-peer memory inside the kernel. */
export const P2P_OWNERS = { buffer: 1, queue: 2, request: 3 } as const;

export const p2pAllocations = table('p2p allocation', 'Peer-to-peer memory that a driver has (pci_alloc_p2pmem).', {
  owner: id('what for: 1 a buffer of the lab, 2 a submission queue, 3 a request of an NVMe-oF target'),
  nth: id('which of those'),
  pool: ref('its pool'),
  pfnFirst: int('first frame'),
  pageCount: count('length; 0 is none', { unit: 'pages' }),
}, {});

export const drivers = table('driver', 'What drives a device.', {
  nth: id('index of the node in the topology'),
  state: oneOf('whether it is bound', ['bound', 'unbinding', 'unbound']),
}, {});
