import { source } from '@shared/domain/source';
import { site } from '../engine/step';
import { loadModule, lookForP2pmem } from '../mechanisms/kernel-features';
import { bufferMemory } from '../mechanisms/nvme-probe';
import type { Operation } from './operation';

export const sysfsLook: Operation = {
  word: 'sysfs-look',
  title: 'look into sysfs',
  doc: 'Asks whether an NVMe drive offers the memory of its BAR to peers: whether sysfs has a directory p2pmem for it. Answers 1 or 0.',
  source: source('drivers/pci/p2pdma.c p2pmem_group (6.19); spec 7.1, 7.4', 'V', 'O'),
  parameters: [
    { name: 'node', title: 'node', doc: 'the drive', required: true, type: { kind: 'reference', to: 'nvme-ssd' } },
    { name: 'path', title: 'path', doc: 'what to look for', required: false, type: { kind: 'choice', values: ['p2pmem'], default: 'p2pmem' } },
  ],
  lower: read => ({ call: site(lookForP2pmem, bufferMemory(read.node('node'))), text: `look for ${read.text('path')} of ${read.text('node')}` }),
};

export const modprobe: Operation = {
  word: 'modprobe',
  title: 'load module',
  doc: 'Loads a module of the kernel; ENOENT where the kernel was built without it.',
  source: source('modprobe(8)', 'V'),
  parameters: [
    { name: 'name', title: 'name', doc: 'the module', required: true, type: { kind: 'text' } },
    { name: 'built', title: 'built', doc: 'the kernel was built with it', required: false, type: { kind: 'flag', default: true } },
  ],
  lower: read => ({ call: site(loadModule, read.has('built') && !read.flag('built') ? 0 : 1), text: `modprobe ${read.text('name')}` }),
};
