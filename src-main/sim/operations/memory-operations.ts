import { source } from '@shared/domain/source';
import { site } from '../engine/step';
import { cpuAccess } from '../mechanisms/cpu-access';
import { mapMemory, unmapMemory } from '../mechanisms/mapping-calls';
import { aMapping, somePages, type Operation } from './operation';

export const mmap: Operation = {
  word: 'mmap',
  title: 'mmap',
  doc: 'Maps pages of a file, or anonymous memory where no file is named. Mappings of one process follow each other in the order of the lab.',
  source: source('mmap(2); mm/mmap.c do_mmap() (6.19)', 'V'),
  parameters: [
    { name: 'name', title: 'name', doc: 'how other operations call the mapping', required: true, type: { kind: 'text' } },
    { name: 'file', title: 'file', doc: 'the file; anonymous memory if not said', required: false, type: { kind: 'reference', to: 'file' } },
    somePages('pages of the file, first+count; all of it if not said. Anonymous memory: 0+count'),
    { name: 'prot', title: 'protection', doc: 'read, or read and write', required: false, type: { kind: 'choice', values: ['rw', 'r'], default: 'rw' } },
    { name: 'flags', title: 'flags', doc: 'MAP_SHARED or MAP_PRIVATE', required: false, type: { kind: 'choice', values: ['shared', 'private'], default: 'shared' } },
  ],
  lower(read) {
    const isFile = read.has('file');
    const file = isFile ? read.file('file') : 0;
    const pages = read.pages('pages', isFile ? read.filePages(file) : 1);
    const mapping = read.newMapping('name', pages.count);
    const isShared = isFile && read.text('flags') !== 'private';
    const isWritable = read.text('prot') !== 'r';
    return {
      call: site(mapMemory, read.process, mapping.row, file, pages.first, mapping.vpnFirst, pages.count, isWritable ? 1 : 0, isShared ? 1 : 0),
      text: isFile ? `mmap ${read.text('file')} pages ${pages.first}+${pages.count} as ${read.text('name')}` : `mmap ${pages.count} anonymous pages as ${read.text('name')}`,
    };
  },
};

export const munmap: Operation = {
  word: 'munmap',
  title: 'munmap',
  doc: 'Takes a mapping away. Pins and references on its pages stay.',
  source: source('munmap(2); mm/vma.c do_vmi_munmap() (6.19)', 'V'),
  parameters: [aMapping],
  lower(read) {
    const mapping = read.mapping('mapping');
    return { call: site(unmapMemory, mapping.process, mapping.row), text: `munmap ${read.text('mapping')}` };
  },
};

const access = (word: 'load' | 'store', doc: string): Operation => ({
  word,
  title: word,
  doc,
  source: source('mm/memory.c handle_mm_fault() (6.19)', 'V'),
  parameters: [aMapping, somePages('pages to touch, first+count within the mapping; all if not said')],
  lower(read) {
    const mapping = read.mapping('mapping');
    const pages = read.pages('pages', mapping.pageCount);
    return {
      call: site(cpuAccess, read.op, mapping.process, mapping.vpnFirst + pages.first, pages.count, word === 'store' ? 1 : 0),
      text: `${word} ${read.text('mapping')} pages ${pages.first}+${pages.count}`,
    };
  },
});

export const load = access('load', 'The CPU reads one byte of each page through a mapping; faults as needed.');
export const store = access('store', 'The CPU writes one byte of each page through a mapping; faults as needed.');
