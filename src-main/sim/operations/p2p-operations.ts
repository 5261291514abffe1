import { source } from '@shared/domain/source';
import type { Parameter } from '@shared/protocol/parameter';
import { PAGE_BYTES } from '@shared/units/pages';
import { site } from '../engine/step';
import { p2pDistance } from '../mechanisms/p2p-distance';
import { p2pFindMany } from '../mechanisms/p2p-find';
import { mapBufferFor, unmapBufferFor } from '../mechanisms/p2p-map-calls';
import { p2pMmap } from '../mechanisms/p2p-mmap';
import { p2pGet, p2pPut } from '../mechanisms/p2p-page-calls';
import { p2pAlloc, p2pFree, p2pPublish } from '../mechanisms/p2p-pool';
import { p2pAddResource } from '../mechanisms/p2p-resource';
import { setAcs } from '../mechanisms/set-acs';
import { somePages, type Operation } from './operation';

const SOURCE = source('drivers/pci/p2pdma.c (6.19); spec 7.1', 'V');
const DISTANCE = source('drivers/pci/p2pdma.c calc_map_type_and_dist(), pci_p2pmem_find_many() (6.19); spec 7.2', 'V');

const aProvider: Parameter = { name: 'provider', title: 'provider', doc: 'the device whose memory it is', required: true, type: { kind: 'reference', to: 'p2p-provider' } };
const aBuffer: Parameter = { name: 'buffer', title: 'buffer', doc: 'peer-to-peer memory, by the name its p2p-alloc gave it', required: true, type: { kind: 'reference', to: 'p2p-buffer' } };
const aClient = (doc: string): Parameter => ({ name: 'client', title: 'client', doc, required: true, type: { kind: 'reference', to: 'pci-device' } });
const aName: Parameter = { name: 'name', title: 'name', doc: 'how other operations call it', required: true, type: { kind: 'text' } };
const aSize = (name: string, doc: string): Parameter => ({ name, title: name, doc, required: false, type: { kind: 'quantity', dimension: 'bytes', min: 0, max: 2 ** 40, default: 0 } });

export const p2pAllocOperation: Operation = {
  word: 'p2p-alloc',
  title: 'pci_alloc_p2pmem',
  doc: 'A driver allocates peer-to-peer memory: contiguous pages; ENOMEM stands for NULL, where the pool is exhausted or dying.',
  source: SOURCE,
  parameters: [aName, aProvider, { name: 'size', title: 'size', doc: 'how much, rounded up to pages', required: true, type: { kind: 'quantity', dimension: 'bytes', min: 1, max: 2 ** 40 } }],
  lower(read) {
    const pages = Math.ceil(read.number('size', 'bytes') / PAGE_BYTES);
    return { call: site(p2pAlloc, read.memory('provider'), pages, read.p2pBuffer('name')), text: `allocate ${pages} pages of ${read.text('provider')} as ${read.text('name')}` };
  },
};

export const p2pFreeOperation: Operation = {
  word: 'p2p-free', title: 'pci_free_p2pmem', doc: 'A driver gives peer-to-peer memory back.', source: SOURCE, parameters: [aBuffer],
  lower: read => ({ call: site(p2pFree, read.p2pBuffer('buffer')), text: `free ${read.text('buffer')}` }),
};

export const p2pPublishOperation: Operation = {
  word: 'p2p-publish', title: 'pci_p2pmem_publish', doc: 'Lets other drivers find the memory of a provider, or not.', source: SOURCE,
  parameters: [aProvider, { name: 'on', title: 'on', doc: 'whether it may be found', required: false, type: { kind: 'flag', default: true } }],
  lower: read => ({ call: site(p2pPublish, read.memory('provider'), read.has('on') && !read.flag('on') ? 0 : 1), text: `publish ${read.text('provider')}` }),
};

export const p2pAddResourceOperation: Operation = {
  word: 'p2p-add-resource', title: 'pci_p2pdma_add_resource',
  doc: 'A driver adds a range of its BAR to its peer-to-peer pool. EINVAL where the BAR is no memory or the range lies outside it, ENOMEM over a range that is registered, ENXIO over RAM.',
  source: source('drivers/pci/p2pdma.c pci_p2pdma_add_resource(), mm/memremap.c memremap_pages() (6.19); spec 7.1, 2.1', 'V'),
  parameters: [
    { name: 'node', title: 'node', doc: 'the device, or memory where it means the wrong one', required: true, type: { kind: 'reference', to: 'memory' } },
    aSize('size', 'length; 0 is the rest of the BAR'), aSize('offset', 'where in the BAR'),
    { name: 'bar', title: 'bar', doc: 'what kind of BAR it is', required: false, type: { kind: 'choice', values: ['memory', 'io'], default: 'memory' } },
  ],
  lower(read) {
    const pages = (parameter: string): number => Math.ceil(read.number(parameter, 'bytes') / PAGE_BYTES);
    return { call: site(p2pAddResource, read.memory('node'), pages('size'), pages('offset'), read.text('bar') === 'memory' ? 1 : 0), text: `add a resource of ${read.text('node')}` };
  },
};

export const p2pMmapOperation: Operation = {
  word: 'p2p-mmap', title: 'mmap p2pmem', doc: 'User space maps the file p2pmem/allocate of a provider: its pages come out of the pool, and go back when the last mapping or hold goes.',
  source: source('drivers/pci/p2pdma.c p2pmem_alloc_mmap() (6.19); spec 7.1', 'V'),
  parameters: [
    aName, aProvider, somePages('offset in the file (0 but for an error) and length'),
    { name: 'flags', title: 'flags', doc: 'MAP_SHARED or MAP_PRIVATE', required: false, type: { kind: 'choice', values: ['shared', 'private'], default: 'shared' } },
  ],
  lower(read) {
    const pages = read.pages('pages', 1);
    const mapping = read.newMapping('name', pages.count);
    return {
      call: site(p2pMmap, read.process, mapping.row, read.memory('provider'), pages.first, mapping.vpnFirst, pages.count, read.text('flags') === 'shared' ? 1 : 0, read.p2pFile('provider')),
      text: `mmap ${pages.count} pages of ${read.text('provider')} as ${read.text('name')}`,
    };
  },
};

const pageCall = (word: 'p2p-get' | 'p2p-put', doc: string): Operation => ({
  word, title: word, doc, source: source('thread of 11 Nov 2020; spec 2.4', 'S', 'D'), parameters: [aBuffer, somePages('pages of the buffer, first+count; its first if not said')],
  lower(read) {
    const pages = read.pages('pages', 1);
    return { call: site(word === 'p2p-get' ? p2pGet : p2pPut, read.op, read.host, read.p2pBuffer('buffer'), pages.first, pages.count), text: `${word} ${read.text('buffer')} pages ${pages.first}+${pages.count}` };
  },
});

export const p2pGetOperation = pageCall('p2p-get', 'A driver takes a reference on each page of its peer-to-peer memory (get_page()), as it would of ordinary memory.');
export const p2pPutOperation = pageCall('p2p-put', 'A driver drops a reference on each page of its peer-to-peer memory (put_page()), whether it took one or not.');

export const p2pDistanceOperation: Operation = {
  word: 'p2p-distance', title: 'pci_p2pdma_distance', doc: 'How many PCI hops a client is from a provider; −1 where it cannot reach it. The answer is kept.', source: DISTANCE,
  parameters: [aProvider, aClient('the device that wants to reach it')],
  lower: read => ({ call: site(p2pDistance, read.node('provider'), read.node('client')), text: `distance from ${read.text('client')} to ${read.text('provider')}` }),
};

const mapCall = (word: 'dma-map' | 'dma-unmap', title: string, doc: string, parameter: Parameter): Operation => ({
  word, title, doc, source: source('kernel/dma/mapping.c dma_map_sgtable(), drivers/pci/p2pdma.c pci_p2pdma_map_type() (6.19); spec 7.3', 'V'), parameters: [aBuffer, parameter],
  lower: read => ({ call: site(word === 'dma-map' ? mapBufferFor : unmapBufferFor, read.p2pBuffer('buffer'), read.node('client')), text: `${word} ${read.text('buffer')} for ${read.text('client')}` }),
});

export const dmaMapOperation = mapCall('dma-map', 'dma_map_sgtable', 'A driver maps its peer-to-peer memory for a device: by bus address, or like host memory through the host bridge; EREMOTEIO where no way leads there.', aClient('the device that shall use it'));
export const dmaUnmapOperation = mapCall('dma-unmap', 'dma_unmap_sgtable', 'A driver takes the addresses back that it gave a device.', aClient('the device it was mapped for'));

export const p2pFindOperation: Operation = {
  word: 'p2p-find', title: 'pci_p2pmem_find_many', doc: 'Finds the published provider that is nearest to all clients; among equals, chance decides. Answers its place among the nodes of the topology, from 1; 0 if there is none.', source: DISTANCE,
  parameters: [{ name: 'clients', title: 'clients', doc: 'devices, joined by +', required: true, type: { kind: 'text' } }],
  lower: read => ({ call: site(p2pFindMany, read.op, read.nodeSet('clients')), text: `find peer-to-peer memory for ${read.text('clients')}` }),
};

export const setAcsOperation: Operation = {
  word: 'set-acs', title: 'set ACS', doc: 'Changes ACS redirect of one downstream port while the kernel runs (setpci).', source: source('drivers/pci/p2pdma.c: the map type was cached; spec 7.2', 'V'),
  parameters: [
    { name: 'switch', title: 'switch', doc: 'the switch', required: true, type: { kind: 'reference', to: 'pcie-switch' } },
    { name: 'below', title: 'below', doc: 'the node below the port', required: true, type: { kind: 'text' } },
    { name: 'on', title: 'on', doc: 'whether it redirects', required: false, type: { kind: 'flag', default: true } },
  ],
  lower: read => ({ call: site(setAcs, read.bridge('switch', 'below'), read.has('on') && !read.flag('on') ? 0 : 1), text: `ACS of ${read.text('switch')} to ${read.text('below')}` }),
};
