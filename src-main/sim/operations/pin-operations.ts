import { source } from '@shared/domain/source';
import type { Parameter } from '@shared/protocol/parameter';
import { PAGE_BYTES } from '@shared/units/pages';
import { site } from '../engine/step';
import { howWord } from '../mechanisms/folio-counts';
import { lockMemory, unlockMemory } from '../mechanisms/lock-memory';
import { fixedIo } from '../mechanisms/fixed-io';
import { releaseBuffer, takePages, uringRegister, xdpRegister } from '../mechanisms/registered-buffers';
import { REMOTE_HOLD, remoteAccess } from '../mechanisms/remote-access';
import { LRU_PLACE, setLruPlace } from '../mechanisms/lru-place';
import { openSocket } from '../mechanisms/open-socket';
import { aMapping, somePages, type Operation, type OperationReader } from './operation';

const CALLERS = 'spec 1.4 Callers';

const name = (parameter: string, doc: string, required: boolean): Parameter => ({ name: parameter, title: parameter, doc, required, type: { kind: 'text' } });
const aRing = name('ring', 'the ring, by a name of its own; "ring" if not said', false);

interface Part {
  readonly process: number;
  readonly vpn: number;
  readonly count: number;
  readonly text: string;
}

function partOf(read: OperationReader): Part {
  const { process, vpnFirst, pageCount } = read.mapping('mapping');
  const pages = read.pages('pages', pageCount);
  return { process, vpn: vpnFirst + pages.first, count: pages.count, text: `${read.text('mapping')} pages ${pages.first}+${pages.count}` };
}

export const uringRegisterOperation: Operation = {
  word: 'uring-register',
  title: 'io_uring_register buffers',
  doc: 'Registers memory as one fixed buffer of an io_uring: long-term pins for writing, charged to the user.',
  source: source(`io_uring_register(2); io_uring/rsrc.c io_sqe_buffer_register() (6.1, 6.12, 6.19); ${CALLERS}`, 'V', 'O'),
  parameters: [aMapping, somePages('pages to register, first+count within the mapping; all if not said'), aRing],
  lower(read) {
    const part = partOf(read);
    return { call: site(uringRegister, read.op, part.process, part.vpn, part.count, read.buffer('ring')), text: `io_uring registers ${part.text}` };
  },
};

const release = (word: string, title: string, doc: string, parameter: Parameter, closes: 0 | 1): Operation => ({
  word, title, doc,
  source: source('io_uring/rsrc.c io_buffer_unmap(), net/xdp/xdp_umem.c xdp_umem_release(), mm/gup.c unpin_user_page() (6.19)', 'V', 'O'),
  parameters: [parameter],
  lower: read => ({ call: site(releaseBuffer, read.buffer(parameter.name), closes), text: `${title} ${read.text(parameter.name)}` }),
});

const anOwner = name('of', 'who keeps them, by the name under which they were taken', true);
export const uringUnregister = release('uring-unregister', 'unregister buffers of', 'Takes the fixed buffers of an io_uring away: everything is unpinned.', aRing, 0);
export const uringClose = release('uring-close', 'close ring', 'Closes an io_uring: its buffers are released.', aRing, 1);
export const xdpClose = release('xdp-close', 'close socket', 'Closes an AF_XDP socket: its umem is released.', name('socket', 'the socket', true), 1);
export const dropReference = release('drop-reference', 'put references of', 'The kernel puts the references it took with take-reference.', anOwner, 0);
export const unpinPages = release('unpin-pages', 'unpin pages of', 'The kernel releases the pins it took with pin-pages.', anOwner, 0);

export const xdpRegisterOperation: Operation = {
  word: 'xdp-register',
  title: 'XDP_UMEM_REG',
  doc: 'Registers memory as the umem of an AF_XDP socket: long-term pins for writing, the slow way only.',
  source: source(`net/xdp/xdp_umem.c xdp_umem_pin_pages() (6.19); ${CALLERS}`, 'V', 'O'),
  parameters: [aMapping, somePages('pages to register, first+count within the mapping; all if not said'), name('socket', 'the socket, by a name of its own', true)],
  lower(read) {
    const part = partOf(read);
    return { call: site(xdpRegister, read.op, part.process, part.vpn, part.count, read.buffer('socket')), text: `AF_XDP registers ${part.text}` };
  },
};

export const socket: Operation = {
  word: 'socket',
  title: 'socket',
  doc: 'Opens a socket. AF_XDP needs a privilege.',
  source: source('socket(2); net/xdp/xsk.c xsk_create() (6.19); spec 1.7', 'V', 'O'),
  parameters: [{ name: 'family', title: 'family', doc: 'address family', required: true, type: { kind: 'choice', values: ['AF_XDP', 'AF_INET', 'AF_UNIX'] } }],
  lower: read => ({ call: site(openSocket, read.process, read.text('family') === 'AF_XDP' ? 1 : 0), text: `socket ${read.text('family')}` }),
};

const remote = (word: string, title: string, doc: string, write: 0 | 1, how: number, force: 0 | 1): Operation => ({
  word, title, doc,
  source: source(`process_vm_readv(2), proc(5); mm/process_vm_access.c, fs/proc/base.c mem_rw() (6.19); ${CALLERS}`, 'V', 'O'),
  parameters: [aMapping, somePages('pages to copy, first+count within the mapping; all if not said')],
  lower(read) {
    const part = partOf(read);
    const { start, length } = read.bytes('pages', read.mapping('mapping').pageCount);
    return { call: site(remoteAccess, read.op, part.process, part.vpn, part.count, length, start % PAGE_BYTES, write, how, force), text: `${title} ${part.text}` };
  },
});

export const processVmRead = remote('process-vm-read', 'process_vm_readv', 'Copies out of a mapping through short-term pins.', 0, REMOTE_HOLD.pin, 0);
export const processVmWrite = remote('process-vm-write', 'process_vm_writev', 'Copies into a mapping through short-term pins.', 1, REMOTE_HOLD.pin, 0);
export const procMemWrite = remote('proc-mem-write', 'write /proc/PID/mem', 'Writes into a mapping by force: where a private mapping does not allow it, into a copy.', 1, REMOTE_HOLD.get, 1);

export const mlock: Operation = {
  word: 'mlock',
  title: 'mlock',
  doc: 'Faults memory in and keeps it in memory; counted in VmLck. It is no reference: locked pages still move.',
  source: source(`mlock(2); mm/mlock.c (6.19); ${CALLERS}, 1.7`, 'V', 'O'),
  parameters: [aMapping, somePages('pages to lock, first+count within the mapping; all if not said')],
  lower(read) {
    const part = partOf(read);
    return { call: site(lockMemory, part.process, part.vpn, part.count), text: `mlock ${part.text}` };
  },
};

export const munlock: Operation = {
  word: 'munlock',
  title: 'munlock',
  doc: 'Takes the marks of mlock away.',
  source: source('munlock(2); mm/mlock.c (6.19)', 'V'),
  parameters: [aMapping, somePages('pages to unlock, first+count within the mapping; all if not said')],
  lower(read) {
    const part = partOf(read);
    return { call: site(unlockMemory, part.process, part.vpn, part.count), text: `munlock ${part.text}` };
  },
};

const times: Parameter = { name: 'times', title: 'times', doc: 'how often', required: false, type: { kind: 'quantity', dimension: 'count', min: 1, max: 4096, default: 1 } };
const access: Parameter = { name: 'access', title: 'access', doc: 'what the pages are taken for', required: false, type: { kind: 'choice', values: ['read', 'write'], default: 'write' } };

const takesP2p: Parameter = {
  name: 'p2p', title: 'peer-to-peer', doc: 'FOLL_PCI_P2PDMA: it can use peer-to-peer memory; not together with FOLL_LONGTERM (EINVAL, and a warning)', required: false, type: { kind: 'flag', default: false },
  source: source('mm/gup.c is_valid_gup_args() (6.19); spec 1.4', 'V'),
};

const take = (word: string, title: string, doc: string, howOf: (read: OperationReader) => number, more: readonly Parameter[]): Operation => ({
  word, title, doc,
  source: source('mm/gup.c get_user_pages_fast(), pin_user_pages_fast(), mm/gup_test.c (6.19); spec 1.4', 'V'),
  parameters: [name('name', 'how they are released again', true), aMapping, somePages('pages, first+count within the mapping; all if not said'), access, times, ...more],
  lower(read) {
    const part = partOf(read);
    const count = read.has('times') ? read.number('times', 'count') : 1;
    return {
      call: site(takePages, read.op, part.process, part.vpn, part.count, read.buffer('name'), howOf(read), read.text('access') === 'read' ? 0 : 1, count, read.flag('p2p') ? 1 : 0),
      text: `${title} ${part.text}${count === 1 ? '' : `, ${count} times`}`,
    };
  },
});

export const takeReference = take('take-reference', 'take references on', 'Some part of the kernel takes plain references on pages (get_user_pages()) and keeps them.', () => howWord('get'), [takesP2p]);
export const pinPages = take('pin-pages', 'pin', 'Some part of the kernel pins pages (pin_user_pages()) and keeps the pins.', read => howWord(read.flag('longterm') ? 'longterm' : 'pin'),
  [{ name: 'longterm', title: 'long-term', doc: 'FOLL_LONGTERM: user space decides when it ends', required: false, type: { kind: 'flag', default: false } }, takesP2p]);

const fixed = (word: 'device-read' | 'device-write', wrote: 0 | 1, doc: string): Operation => ({
  word, title: word, doc,
  source: source('io_uring_enter(2) IORING_OP_WRITE_FIXED, IORING_OP_READ_FIXED; io_uring/rsrc.c io_import_fixed() (6.19)', 'V', 'O'),
  parameters: [aRing],
  lower: read => ({ call: site(fixedIo, read.op, read.buffer('ring'), wrote), text: `${word} through the buffer of ${read.text('ring')}` }),
});

export const deviceRead = fixed('device-read', 0, 'A device reads the pages of a registered buffer, wherever its memory is mapped by now.');
export const deviceWrite = fixed('device-write', 1, 'A device writes the pages of a registered buffer, wherever its memory is mapped by now.');
const lru = (word: string, title: string, doc: string, place: number): Operation => ({
  word, title, doc,
  source: source('the lab’s own step; folio_isolate_lru() (6.19)', 'X'),
  parameters: [aMapping, somePages('pages, first+count within the mapping; all if not said')],
  lower(read) {
    const part = partOf(read);
    return { call: site(setLruPlace, part.process, part.vpn, part.count, place), text: `${title} ${part.text}` };
  },
});

export const takeOffLru = lru('take-off-lru', 'take off the LRU', 'Some part of the kernel keeps mapped pages off the LRU: nobody can isolate them to move them.', LRU_PLACE.off);
export const putOnLru = lru('put-on-lru', 'put on the LRU', 'Puts pages back that were taken off the LRU.', LRU_PLACE.on);
