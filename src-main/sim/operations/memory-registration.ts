import { parseAccess } from '@shared/domain/rdma-access';
import { source } from '@shared/domain/source';
import { arena } from '@shared/state/arena';
import { regions } from '@shared/state/rdma-tables';
import { PAGE_BYTES } from '@shared/units/pages';
import type { Parameter } from '@shared/protocol/parameter';
import { site } from '../engine/step';
import { deregisterMemory } from '../mechanisms/deregister-memory';
import { bindMemoryWindow } from '../mechanisms/memory-windows';
import { registerMemory } from '../mechanisms/register-memory';
import { REREG, reregisterMemory } from '../mechanisms/reregister-memory';
import { aMapping, aNic, anMr, somePages, type Bytes, type Operation, type OperationReader } from './operation';

const aName = (what: string): Parameter => ({ name: 'name', title: 'name', doc: `how other operations call the ${what}`, required: true, type: { kind: 'text' } });

/** Any set of rights; numbers stand for flags that no kernel knows. */
export const accessParameter = (otherwise: string): Parameter => ({
  name: 'access', title: 'access', required: false, type: { kind: 'text', default: otherwise },
  doc: 'rights joined by +: local-write, remote-write, remote-read, remote-atomic, mw-bind, on-demand; or none; or a number such as 0x400',
});

/** Bits of the rights that an operation names. */
export function accessOf(read: OperationReader, otherwise: string): number {
  const text = read.has('access') ? read.text('access') : otherwise;
  const bits = /^0x[0-9a-f]+$/i.test(text) ? Number(text) : parseAccess(text);
  if (bits === null) read.fail('access', `"${text}" is no set of rights; expected words of local-write, remote-write, remote-read, remote-atomic, mw-bind, on-demand joined by +, or none`);
  return bits ?? 0;
}

/** A range of bytes as whole pages and what it leaves of the first and the last of them. */
function inPages({ first, count }: Bytes): { readonly page: number; readonly pages: number; readonly startByte: number; readonly tailBytes: number } {
  const page = Math.floor(first / PAGE_BYTES);
  if (first + count > Number.MAX_SAFE_INTEGER) return { page, pages: -1, startByte: first % PAGE_BYTES, tailBytes: 0 };
  const pages = count === 0 ? 0 : Math.ceil((first + count) / PAGE_BYTES) - page;
  return { page, pages, startByte: first % PAGE_BYTES, tailBytes: (page + pages) * PAGE_BYTES - first - count };
}

const PD: Parameter = { name: 'pd', title: 'protection domain', doc: 'by name, of this process; its default one if not said', required: false, type: { kind: 'text' } };

export const ibvReg: Operation = {
  word: 'ibv-reg',
  title: 'ibv_reg_mr',
  doc: 'Registers a mapping with a NIC: every page is pinned for the long term, charged to RLIMIT_MEMLOCK, and may be reached by remote peers. With on-demand nothing is pinned: the NIC takes page faults.',
  source: source('ibv_reg_mr(3); drivers/infiniband/core/umem.c ib_umem_get(), umem_odp.c ib_umem_odp_get() (6.19)', 'V', 'O'),
  parameters: [
    aName('registration'),
    aMapping,
    somePages('pages to register, first+count within the mapping (it may reach into the next one); all if not said'),
    accessParameter('local-write+remote-write'),
    PD,
    { name: 'iova', title: 'iova', doc: 'offset in page of the address that peers use; that of the range if not said', required: false, type: { kind: 'quantity', dimension: 'bytes', min: 0, max: PAGE_BYTES - 1 } },
    aNic,
  ],
  lower(read) {
    const mapping = read.mapping('mapping');
    const range = read.byteRange(mapping.pageCount * PAGE_BYTES);
    const { page, pages, startByte, tailBytes } = inPages(range);
    const iova = read.has('iova') ? read.number('iova', 'bytes') : startByte;
    return {
      call: site(registerMemory, read.op, mapping.process, mapping.vpnFirst + page, pages, read.newMr('name'), read.nic('nic'), accessOf(read, 'local-write+remote-write'), read.pd('pd'), startByte, tailBytes, iova),
      text: `ibv_reg_mr ${read.text('mapping')} pages ${page}+${pages} as ${read.text('name')}`,
    };
  },
};

const deregister = (word: 'ibv-dereg' | 'dereg'): Operation => ({
  word,
  title: 'ibv_dereg_mr',
  doc: 'Takes a registration away: no new accesses, wait for those in flight, unpin.',
  source: source('ibv_dereg_mr(3); spec 6.5', 'V'),
  parameters: [anMr],
  lower(read) {
    const mr = read.mr('mr');
    return { call: site(deregisterMemory, mr, regions.process.in(arena, mr)), text: `ibv_dereg_mr ${read.text('mr')}` };
  },
});

export const ibvDereg = deregister('ibv-dereg');
export const dereg = deregister('dereg');

export const rereg: Operation = {
  word: 'rereg',
  title: 'ibv_rereg_mr',
  doc: 'Changes one thing of a registration: its rights, its memory, or its protection domain.',
  source: source('ibv_rereg_mr(3); drivers/infiniband/core/uverbs_cmd.c ib_uverbs_rereg_mr() (6.19); spec 6.2, 16', 'V', 'O'),
  parameters: [
    anMr,
    { name: 'change', title: 'change', doc: 'what changes', required: true, type: { kind: 'choice', values: ['access', 'translation', 'pd'] } },
    accessParameter('local-write+remote-write'), PD,
    { ...aMapping, required: false, doc: 'new memory, for a change of translation' },
    somePages('pages of the new memory'),
  ],
  lower(read) {
    const mr = read.mr('mr');
    const change = REREG[read.text('change') as keyof typeof REREG];
    const mapping = read.has('mapping') ? read.mapping('mapping') : null;
    if (change === REREG.translation && mapping === null) read.fail('mapping', 'a change of translation names the new memory: say mapping');
    const { page, pages, startByte, tailBytes } = inPages(read.byteRange((mapping?.pageCount ?? 1) * PAGE_BYTES));
    return {
      call: site(reregisterMemory, read.op, regions.process.in(arena, mr), mr, change, accessOf(read, 'local-write+remote-write'), read.pd('pd'), (mapping?.vpnFirst ?? 0) + page, pages, startByte, tailBytes),
      text: `ibv_rereg_mr ${read.text('mr')}: ${read.text('change')}`,
    };
  },
};

export const bindMw: Operation = {
  word: 'bind-mw',
  title: 'bind memory window',
  doc: 'Binds a memory window of type 2 to part of a registration and waits for it; the window has a key of its own.',
  source: source('ibv_bind_mw(3); drivers/infiniband/sw/rxe/rxe_mw.c rxe_do_bind_mw() (6.19); spec 6.2', 'V', 'O'),
  parameters: [aName('window'), anMr, somePages('part of the registration; all if not said'), accessParameter('remote-write')],
  lower(read) {
    const mr = read.mr('mr');
    const { first, count } = read.byteRange(regions.pageCount.in(arena, mr) * PAGE_BYTES);
    return {
      call: site(bindMemoryWindow, read.verbs('name', 'mw'), mr, Math.floor(first / PAGE_BYTES), first % PAGE_BYTES, Math.floor(count / PAGE_BYTES), count % PAGE_BYTES, accessOf(read, 'remote-write')),
      text: `bind window ${read.text('name')} to ${read.text('mr')} bytes ${first}+${count}`,
    };
  },
};
