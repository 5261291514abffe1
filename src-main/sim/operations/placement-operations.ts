import { pageMoves } from '@shared/state/buffer-tables';
import { source } from '@shared/domain/source';
import { memoryBlocks } from '@shared/state/placement-tables';
import { hosts } from '@shared/state/tables';
import type { Parameter } from '@shared/protocol/parameter';
import { site } from '../engine/step';
import { kernel } from '../kernel';
import { BLOCK_WRITES, writeMemoryBlock } from '../mechanisms/memory-hotplug';
import { movePages, moveRange, MPOL } from '../mechanisms/move-pages';
import { aMapping, somePages, type Operation, type OperationReader } from './operation';

const text = (name: string, doc: string, required: boolean): Parameter => ({ name, title: name, doc, required, type: { kind: 'text' } });
const aNode = (name: string, doc: string): Parameter => ({ name, title: name, doc, required: true, type: { kind: 'quantity', dimension: 'count', min: 0, max: 63 } });

const FLAGS: Readonly<Record<string, number>> = { STRICT: MPOL.strict, MOVE: MPOL.move, MOVE_ALL: MPOL.moveAll };

/** "STRICT|MOVE", or a number such as 0x40. */
function flagsOf(read: OperationReader): number {
  let bits = 0;
  for (const word of read.text('flags').split('|').filter(part => part !== '' && part !== '0')) {
    const bit = FLAGS[word] ?? (/^(0x[0-9a-f]+|\d+)$/i.test(word) ? Number(word) : -1);
    if (bit < 0) read.fail('flags', `"${word}" is no flag; expected STRICT, MOVE, MOVE_ALL joined by |, or a number`);
    else bits |= bit;
  }
  return bits;
}

/** Node of an entry by "1", "even:0,odd:1" or "0-7:1,8-15:7"; −1 where none is said. */
function nodeFor(spec: string, entry: number): number {
  for (const part of spec.split(',')) {
    const [which, node] = part.includes(':') ? part.split(':') : ['', part];
    const [first, last] = which.split('-').map(Number);
    const fits = which === '' || (which === 'even' && entry % 2 === 0) || (which === 'odd' && entry % 2 === 1) || (entry >= first && entry <= (last ?? first));
    if (fits && node !== '') return Number(node);
  }
  return -1;
}

/** A virtual page that no mapping of a lab has. */
const UNMAPPED_VPN = 1;

/** Virtual page of each entry of the array. */
function entriesOf(read: OperationReader, vpnFirst: number, pageCount: number): readonly number[] {
  const isEven = read.text('pages') === 'even';
  const { first, count } = isEven ? { first: 0, count: pageCount } : read.pages('pages', pageCount);
  const vpns = Array.from({ length: count }, (_, nth) => vpnFirst + first + nth).filter((_, nth) => !isEven || nth % 2 === 0);
  for (const change of read.text('entries').split(',').filter(part => part !== '')) {
    const [nth, what] = change.split('=');
    const page = /^page(\d+)$/.exec(what ?? '');
    if (what !== 'unmapped' && page === null) read.fail('entries', `"${change}" changes no entry; expected such as 5=unmapped or 6=page3`);
    vpns[Number(nth)] = page === null ? UNMAPPED_VPN : vpnFirst + Number(page[1]);
  }
  return vpns;
}

export const movePagesOperation: Operation = {
  word: 'move-pages',
  title: 'move_pages',
  doc: 'Moves pages to NUMA nodes, or asks where they are if no node is said. A folio that anybody holds stays. Answers how many pages were not moved or not looked at.',
  source: source('move_pages(2); mm/migrate.c do_pages_move() (6.1, 6.12, 6.19); spec 8.12', 'V', 'O'),
  parameters: [
    aMapping, somePages('pages of the array, first+count within the mapping; all if not said, "even" for every second'),
    text('to', 'node of all entries, or by entry: even:0,odd:1 or 0-7:1,8-15:7; a query if not said', false),
    text('flags', 'MOVE, MOVE_ALL, or a number', false),
    text('entries', 'entries that are something else: 5=unmapped,6=page3', false),
    { name: 'pid', title: 'process', doc: 'whose pages; the caller’s own if not said', required: false, type: { kind: 'reference', to: 'actor' } },
  ],
  lower(read) {
    const { vpnFirst, pageCount } = read.anyMapping('mapping');
    const vpns = entriesOf(read, vpnFirst, pageCount);
    const row = pageMoves.$.row(read.op);
    pageMoves.entries.set(row, vpns.length);
    for (const [entry, vpn] of vpns.entries()) {
      pageMoves.vpnDelta.assign(row, entry, 1, vpn - entry);
      pageMoves.node.assign(row, entry, 1, nodeFor(read.text('to'), entry) + 1);
    }
    const process = read.has('pid') ? read.processOf('pid') : read.process;
    return { call: site(movePages, read.op, process, flagsOf(read), row, read.process), text: `move_pages ${read.text('mapping')} to ${read.has('to') ? read.text('to') : 'nowhere'}` };
  },
};

export const mbind: Operation = {
  word: 'mbind',
  title: 'mbind',
  doc: 'Binds a mapping to a NUMA node; with MOVE its pages go there too. STRICT makes pages that stay an error.',
  source: source('mbind(2); mm/mempolicy.c do_mbind() (6.19); spec 8.12', 'V', 'O'),
  parameters: [
    aMapping, somePages('pages, first+count within the mapping; all if not said'),
    { name: 'policy', title: 'policy', doc: 'MPOL_BIND', required: false, type: { kind: 'choice', values: ['bind'], default: 'bind' } },
    aNode('node', 'the NUMA node'), text('flags', 'STRICT, MOVE, MOVE_ALL joined by |', false),
  ],
  lower(read) {
    const { process, vpnFirst, pageCount } = read.mapping('mapping');
    const pages = read.pages('pages', pageCount);
    const node = read.number('node', 'count');
    return { call: site(moveRange, read.op, process, vpnFirst + pages.first, pages.count, node, flagsOf(read), 0), text: `mbind ${read.text('mapping')} to node ${node}` };
  },
};

/** More pages than any address space of a lab has. */
const ADDRESS_SPACE_PAGES = 2 ** 30;

export const migratePagesOperation: Operation = {
  word: 'migrate-pages',
  title: 'migrate_pages',
  doc: 'Moves all pages of the caller from one NUMA node to another. Answers how many stayed.',
  source: source('migrate_pages(2); mm/mempolicy.c do_migrate_pages() (6.19); spec 8.12', 'V', 'O'),
  parameters: [aNode('from', 'the node to leave'), aNode('to', 'the node to go to')],
  lower(read) {
    const [from, to] = [read.number('from', 'count'), read.number('to', 'count')];
    return { call: site(moveRange, read.op, read.process, 0, ADDRESS_SPACE_PAGES, to, MPOL.move, from + 1), text: `migrate_pages from node ${from} to ${to}` };
  },
};

export const memoryBlock: Operation = {
  word: 'memory-block',
  title: 'memory block',
  doc: 'Writes to the state file of every memory block of a NUMA node: puts it online in a zone, or offline once nothing is left there.',
  source: source('Documentation/admin-guide/mm/memory-hotplug.rst; mm/memory_hotplug.c offline_pages() (6.19); spec 8.12', 'V', 'O'),
  parameters: [
    { name: 'node', title: 'node', doc: 'the memory, by its name in the topology', required: true, type: { kind: 'reference', to: 'host-memory' } },
    { name: 'write', title: 'write', doc: 'what is written', required: true, type: { kind: 'choice', values: Object.keys(BLOCK_WRITES) } },
  ],
  lower(read) {
    const nth = kernel.memories.findIndex(({ node }) => node === read.text('node'));
    if (nth < 0) read.fail('node', `there is no memory "${read.text('node')}"`);
    const word = read.text('write') as keyof typeof BLOCK_WRITES;
    return { call: site(writeMemoryBlock, read.op, hosts.$.row(0), memoryBlocks.$.row(Math.max(0, nth)), BLOCK_WRITES[word]), text: `write ${word} to the memory blocks of ${read.text('node')}` };
  },
};
