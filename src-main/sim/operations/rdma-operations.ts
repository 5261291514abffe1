import { source } from '@shared/domain/source';
import type { Parameter } from '@shared/protocol/parameter';
import { workRequests } from '@shared/state/rdma-tables';
import { PAGE_BYTES } from '@shared/units/pages';
import { site } from '../engine/step';
import { WR_KIND } from '../mechanisms/queue-pairs';
import { KEY_CHOICE, postWork } from '../mechanisms/rdma-post';
import { aNic, somePages, type Bytes, type Lowered, type MrPlace, type Operation, type OperationReader } from './operation';

const ATOMIC_BYTES = 8;
const NOWHERE: MrPlace = { row: 0, byte: 0 };

const text = (name: string, doc: string): Parameter => ({ name, title: name, doc, required: false, type: { kind: 'text' } });
const LOCAL = [
  text('local', 'local memory: a registration and an offset in bytes, such as l+4096'),
  { name: 'lkey', title: 'lkey', doc: 'the registration’s own, one that is never valid, or that of a registration that has gone', required: false, type: { kind: 'choice', values: ['own', 'bad', 'stale'], default: 'own' } },
] as const satisfies readonly Parameter[];
const REMOTE: readonly Parameter[] = [
  text('remote', 'remote memory: a registration and an offset in bytes, such as r+4096'),
  text('rkey', 'bad (never valid), stale (of a registration that has gone), or the name of a memory window; that of the registration if not said'),
  { name: 'mr', title: 'mr', doc: 'the remote registration, where pages say the rest', required: false, type: { kind: 'reference', to: 'mr' } },
  somePages('pages of the remote registration, first+count'),
];
const LENGTH: Parameter = { name: 'len', title: 'length', doc: 'length in bytes', required: false, type: { kind: 'quantity', dimension: 'bytes', min: 0, max: 2 ** 40 } };
const COMMON: readonly Parameter[] = [
  text('qp', 'queue pair to post to; a program on a remote peer has one of its own'),
  text('wr', 'number of the work request; says nothing to the lab'),
  { name: 'poll', title: 'poll', doc: 'whether the program waits for the completion', required: false, type: { kind: 'choice', values: ['true', 'false'], default: 'true' } },
  { name: 'signaled', title: 'signaled', doc: 'whether it leaves a completion also when it succeeds', required: false, type: { kind: 'choice', values: ['true', 'false'], default: 'true' } },
  aNic,
];

interface Request {
  readonly kind: number;
  readonly word: string;
  readonly local: MrPlace;
  readonly remote: MrPlace;
  readonly rkey: number;
  readonly bytes: number;
  readonly operand: number;
}

/** Where the data lies at the other end: bytes of `remote`, or pages of `mr`. */
function remoteOf(read: OperationReader): { readonly place: MrPlace; readonly range: Bytes } {
  if (read.has('remote')) {
    const place = read.mrPlace('remote');
    return { place, range: { first: place.byte, count: read.number('len', 'bytes') } };
  }
  const range = read.has('range') || read.has('pages') ? read.byteRange(PAGE_BYTES) : { first: 0, count: PAGE_BYTES };
  return { place: { row: read.mr('mr'), byte: range.first }, range: read.has('len') ? { ...range, count: read.number('len', 'bytes') } : range };
}

function rkeyOf(read: OperationReader, mr: number): { readonly row: number; readonly choice: number } {
  switch (read.text('rkey')) {
    case '': case 'own': return { row: mr, choice: KEY_CHOICE.own };
    case 'bad': return { row: mr, choice: KEY_CHOICE.bad };
    case 'stale': return { row: mr, choice: KEY_CHOICE.stale };
    default: return { row: read.verbs('rkey', 'mw'), choice: KEY_CHOICE.own };
  }
}

function lowered(read: OperationReader, request: Request): Lowered {
  const { kind, word, local, remote, rkey, bytes, operand } = request;
  const isImplicit = !read.has('qp');
  if (isImplicit && !read.isRemote) read.fail('qp', `${word} of a program on a host names its queue pair: say qp. Without one it comes from a remote peer: say "on:" with an rdma-peer`);
  if (!isImplicit && !read.isRemote && kind !== WR_KIND.receive && bytes > 0 && local.row === 0) read.fail('local', `${word} of a program on a host names its memory: say local`);
  const qp = isImplicit ? read.pairWith(remote.row) : read.verbs('qp', 'qp');
  const how = isImplicit ? 2 : kind === WR_KIND.receive || read.text('poll') === 'false' ? 0 : 1;
  const lkey = KEY_CHOICE[read.text('lkey') as keyof typeof KEY_CHOICE] ?? KEY_CHOICE.own;
  const split = (value: number): readonly [number, number] => [Math.floor(value / PAGE_BYTES), value % PAGE_BYTES];
  return {
    call: site(postWork, read.op, qp, workRequests.$.row(read.op), kind, how, read.text('signaled') === 'false' ? 0 : 1,
      local.row, lkey, ...split(local.byte), remote.row, rkey, ...split(remote.byte), ...split(bytes), operand),
    text: describe(read, word, bytes),
  };
}

function describe(read: OperationReader, word: string, bytes: number): string {
  const to = read.has('remote') ? ` ${read.text('remote')}` : read.has('mr') ? ` ${read.text('mr')}` : '';
  const what = read.has('pages') ? ` pages ${read.text('pages')}` : ` ${bytes} B`;
  return `${word}${to === '' ? '' : ' to'}${to}${what}${read.has('qp') ? ` on ${read.text('qp')}` : ''}`;
}

const aRemote = (word: 'rdma-write' | 'rdma-read', title: string, kind: number, doc: string): Operation => ({
  word,
  title,
  doc,
  source: source('spec 6.4; drivers/infiniband/sw/rxe/rxe_req.c, rxe_resp.c, rxe_comp.c (6.19)', 'V', 'O'),
  parameters: [...COMMON, LENGTH, ...LOCAL, ...REMOTE],
  lower(read) {
    const { place, range } = remoteOf(read);
    const key = rkeyOf(read, place.row);
    return lowered(read, { kind, word: title, local: read.has('local') ? read.mrPlace('local') : NOWHERE, remote: { row: key.row, byte: range.first }, rkey: key.choice, bytes: range.count, operand: 0 });
  },
});

export const rdmaWrite = aRemote('rdma-write', 'RDMA WRITE', WR_KIND.write, 'Writes into a registration of the other end by its rkey. A program on a remote peer needs no queue pair: its memory is not modelled.');
export const rdmaRead = aRemote('rdma-read', 'RDMA READ', WR_KIND.read, 'Reads from a registration of the other end by its rkey into local memory, which must allow local writes.');

const message = (word: 'send' | 'post-recv', title: string, kind: number, doc: string): Operation => ({
  word,
  title,
  doc,
  source: source('spec 6.4; drivers/infiniband/sw/rxe/rxe_verbs.c rxe_post_send(), rxe_post_recv() (6.19)', 'V', 'O'),
  parameters: [...COMMON.map(parameter => (parameter.name === 'qp' ? { ...parameter, required: true } : parameter)), LENGTH, ...LOCAL],
  lower: read => lowered(read, { kind, word: title, local: read.has('local') ? read.mrPlace('local') : NOWHERE, remote: NOWHERE, rkey: 0, bytes: read.has('len') ? read.number('len', 'bytes') : PAGE_BYTES, operand: 0 }),
});

export const send = message('send', 'SEND', WR_KIND.send, 'Sends local memory to whoever has posted a receive at the other end; where nobody has, it is told to come again (RNR).');
export const postRecv = message('post-recv', 'post receive', WR_KIND.receive, 'Posts a receive: local memory that one SEND of the other end may fill. Does not wait.');

const atomic = (word: 'fetch-add' | 'compare-swap', kind: number, doc: string, operand: Parameter): Operation => ({
  word,
  title: word,
  doc,
  source: source('spec 6.4, 16; drivers/infiniband/sw/rxe/rxe_resp.c atomic_reply() (6.19)', 'V', 'O'),
  parameters: [...COMMON, ...LOCAL, ...REMOTE, operand],
  lower(read) {
    const { place, range } = remoteOf(read);
    const key = rkeyOf(read, place.row);
    const value = kind === WR_KIND.fetchAdd ? read.number('add', 'count') : read.contentOf('compare');
    return lowered(read, { kind, word, local: read.has('local') ? read.mrPlace('local') : NOWHERE, remote: { row: key.row, byte: range.first }, rkey: key.choice, bytes: ATOMIC_BYTES, operand: value });
  },
});

export const fetchAdd = atomic('fetch-add', WR_KIND.fetchAdd, 'Adds to 8 bytes of the other end and brings their old value.',
  { name: 'add', title: 'add', doc: 'what is added', required: false, type: { kind: 'quantity', dimension: 'count', min: 0, max: 2 ** 31 - 1, default: 1 } });
export const compareSwap = atomic('compare-swap', WR_KIND.compareSwap, 'Replaces 8 bytes of the other end if they have the content asked for, and brings their old value.', text('compare', 'content asked for: zero, or the operation that wrote it, such as H.2'));
