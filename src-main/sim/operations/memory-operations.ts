import { source } from '@shared/domain/source';
import { PAGE_BYTES } from '@shared/units/pages';
import { byteRange, bytesIn, rangeText } from './byte-range';
import { site } from '../engine/step';
import { removeByAdvice } from '../mechanisms/advise-remove';
import { cpuAccess } from '../mechanisms/cpu-access';
import { PMD_PAGES } from '../mechanisms/folios';
import { isHugetlb } from '../mechanisms/page-cache';
import { ADVICE, adviseMemory } from '../mechanisms/advise-memory';
import { softOffline } from '../mechanisms/soft-offline';
import { MAP_TRAITS, mapMemory, protectMemory, remapMemory, unmapMemory } from '../mechanisms/mapping-calls';
import { aDescriptor, aMapping, somePages, type Operation, type Pages } from './operation';

export const mmap: Operation = {
  word: 'mmap',
  title: 'mmap',
  doc: 'Maps pages of a file, or anonymous memory where no file is named. Mappings of one process follow each other in the order of the lab.',
  source: source('mmap(2); mm/mmap.c do_mmap() (6.19)', 'V'),
  parameters: [
    { name: 'name', title: 'name', doc: 'how other operations call the mapping', required: true, type: { kind: 'text' } },
    { name: 'file', title: 'file', doc: 'the file; anonymous memory if not said', required: false, type: { kind: 'reference', to: 'file' } },
    somePages('pages of the file, first+count; all of it if not said. Anonymous memory: 0+count'),
    { name: 'prot', title: 'protection', doc: 'read and write, read, or no access', required: false, type: { kind: 'choice', values: ['rw', 'r', 'none'], default: 'rw' } },
    { name: 'flags', title: 'flags', doc: 'MAP_SHARED or MAP_PRIVATE', required: false, type: { kind: 'choice', values: ['shared', 'private', 'shared-validate'], default: 'shared' } },
    { name: 'sync', title: 'MAP_SYNC', doc: 'stores reach durable metadata (DAX files)', required: false, type: { kind: 'flag', default: false } },
    { name: 'unknownFlags', title: 'unknown flags', doc: 'with a flag that the kernel does not know', required: false, type: { kind: 'flag', default: false } },
    { ...aDescriptor, doc: 'the descriptor it is mapped through; opened for the mapping alone if not said', required: false },
    { name: 'huge', title: 'huge pages', doc: 'anonymous memory in transparent huge pages, where 2 MiB of it are untouched', required: false, type: { kind: 'flag', default: false } },
    { name: 'node', title: 'NUMA node', doc: 'node that the memory has to come from; any if not said', required: false, type: { kind: 'quantity', dimension: 'count', min: 0, max: 63 } },
    { name: 'over', title: 'over', doc: 'at the address of this mapping, which goes (MAP_FIXED)', required: false, type: { kind: 'reference', to: 'mapping' } },
  ],
  lower(read) {
    const isFile = read.has('file');
    const file = isFile ? read.file('file') : 0;
    const asked = read.pages('pages', isFile ? read.filePages(file) : 1);
    // The kernel rounds the length of a hugetlb mapping up (mm/mmap.c ksys_mmap_pgoff()).
    const pages = { ...asked, count: isFile && isHugetlb(file) ? Math.ceil(asked.count / PMD_PAGES) * PMD_PAGES : asked.count };
    const mapping = read.newMapping('name', pages.count);
    const prot = read.text('prot');
    const traits = (prot === 'rw' ? MAP_TRAITS.writable : 0) + (prot === 'none' ? MAP_TRAITS.unreadable : 0) + (isFile && read.text('flags') !== 'private' ? MAP_TRAITS.shared : 0)
      + (read.flag('sync') ? MAP_TRAITS.sync : 0) + (read.text('flags') === 'shared-validate' ? MAP_TRAITS.validate : 0) + (read.flag('unknownFlags') ? MAP_TRAITS.unknown : 0)
      + (!isFile && read.flag('huge') ? MAP_TRAITS.huge : 0) + (read.has('over') ? MAP_TRAITS.fixed : 0);
    const node = read.has('node') ? read.number('node', 'count') + 1 : 0;
    return {
      call: site(mapMemory, read.process, mapping.row, file, pages.first, mapping.vpnFirst, pages.count, traits, node, read.has('fd') ? read.descriptor('fd') : 0),
      text: isFile ? `mmap ${read.text('file')} pages ${pages.first}+${pages.count} as ${read.text('name')}` : `mmap ${pages.count} anonymous pages as ${read.text('name')}`,
    };
  },
};

export const munmap: Operation = {
  word: 'munmap',
  title: 'munmap',
  doc: 'Takes a mapping or a part of it away. Pins and references on its pages stay.',
  source: source('munmap(2); mm/vma.c do_vmi_munmap() (6.19)', 'V'),
  parameters: [aMapping, somePages('pages to unmap, first+count within the mapping; all if not said')],
  lower(read) {
    const { process, vpnFirst, pageCount } = read.mapping('mapping');
    const pages = read.pages('pages', pageCount);
    return { call: site(unmapMemory, process, vpnFirst + pages.first, pages.count), text: `munmap ${read.text('mapping')}${partText(pages, pageCount)}` };
  },
};

/** " pages 1+2" where it is not all. */
const partText = ({ first, count }: Pages, total: number): string => (first === 0 && count === total ? '' : ` pages ${first}+${count}`);

export const mprotect: Operation = {
  word: 'mprotect',
  title: 'mprotect',
  doc: 'Changes what the CPU may do through a mapping. Pins and references on its pages stay.',
  source: source('mprotect(2); mm/mprotect.c (6.19)', 'V'),
  parameters: [
    aMapping, somePages('pages, first+count within the mapping; all if not said'),
    { name: 'prot', title: 'protection', doc: 'read and write, read, or no access', required: true, type: { kind: 'choice', values: ['rw', 'r', 'none'] } },
  ],
  lower(read) {
    const { process, vpnFirst, pageCount } = read.mapping('mapping');
    const pages = read.pages('pages', pageCount);
    const prot = read.text('prot');
    return {
      call: site(protectMemory, process, vpnFirst + pages.first, pages.count, prot === 'rw' ? 1 : 0, prot === 'none' ? 1 : 0),
      text: `mprotect ${read.text('mapping')}${partText(pages, pageCount)} to ${prot}`,
    };
  },
};

export const mremap: Operation = {
  word: 'mremap',
  title: 'mremap',
  doc: 'Grows or shrinks a mapping. Pins and references on its pages stay.',
  source: source('mremap(2); mm/mremap.c (6.19); spec 1.4', 'V', 'O'),
  parameters: [aMapping, { name: 'newPages', title: 'new length', doc: 'pages that it has then', required: true, type: { kind: 'quantity', dimension: 'count', min: 1, max: 2 ** 28 } }],
  lower(read) {
    const { process, vpnFirst, pageCount } = read.mapping('mapping');
    const newPages = read.number('newPages', 'count');
    return { call: site(remapMemory, process, vpnFirst, pageCount, newPages), text: `mremap ${read.text('mapping')} to ${newPages} pages` };
  },
};

export const madvise: Operation = {
  word: 'madvise',
  title: 'madvise',
  doc: 'dontneed drops the pages of a range from the mapping; dontfork keeps it from children, dofork takes that back.',
  source: source('madvise(2); mm/madvise.c (6.19)', 'V', 'O'),
  parameters: [
    aMapping, somePages('pages, first+count within the mapping; all if not said'),
    { name: 'advice', title: 'advice', doc: 'what is advised', required: true, type: { kind: 'choice', values: [...Object.keys(ADVICE), 'remove', 'soft-offline'] } },
  ],
  lower(read) {
    const { process, vpnFirst, pageCount } = read.mapping('mapping');
    const pages = read.pages('pages', pageCount);
    if (read.text('advice') === 'remove') {
      return { call: site(removeByAdvice, process, vpnFirst + pages.first, pages.count, read.op), text: `madvise ${read.text('mapping')}${partText(pages, pageCount)} remove` };
    }
    if (read.text('advice') === 'soft-offline') {
      return { call: site(softOffline, read.op, process, vpnFirst + pages.first, pages.count), text: `madvise ${read.text('mapping')}${partText(pages, pageCount)} soft-offline` };
    }
    const advice = read.text('advice') as keyof typeof ADVICE;
    return { call: site(adviseMemory, process, vpnFirst + pages.first, pages.count, ADVICE[advice]), text: `madvise ${read.text('mapping')}${partText(pages, pageCount)} ${advice}` };
  },
};

const access = (word: 'load' | 'store', doc: string): Operation => ({
  word,
  title: word,
  doc,
  source: source('mm/memory.c handle_mm_fault() (6.19)', 'V'),
  parameters: [
    aMapping, somePages('pages to touch, first+count within the mapping; all if not said'),
    { name: 'offset', title: 'offset', doc: 'which byte of each page; a page is one symbol, all of it written at once, if not said', required: false, type: { kind: 'quantity', dimension: 'bytes', min: 0, max: PAGE_BYTES - 1 } },
  ],
  lower(read) {
    const mapping = read.mapping('mapping');
    const range = bytesIn(read, mapping.pageCount * PAGE_BYTES);
    const { first, pages, head, tail } = byteRange(range);
    const isPart = pages === 1 && tail - head < PAGE_BYTES;
    const [firstByte, endByte] = read.has('offset') ? [read.number('offset', 'bytes'), read.number('offset', 'bytes') + 1] : isPart ? [head, tail] : [0, PAGE_BYTES];
    return {
      call: site(cpuAccess, read.op, mapping.process, mapping.vpnFirst + first, pages, word === 'store' ? 1 : 0, firstByte, endByte),
      text: `${word} ${read.text('mapping')} ${rangeText(range)}${read.has('offset') ? ` byte ${firstByte}` : ''}`,
    };
  },
});

export const load = access('load', 'The CPU reads one byte of each page through a mapping; faults as needed.');
export const store = access('store', 'The CPU writes one byte of each page through a mapping; faults as needed.');
