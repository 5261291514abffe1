import { source } from '@shared/domain/source';
import { arena } from '@shared/state/arena';
import { regions, requests, transfers } from '@shared/state/tables';
import { site } from '../engine/step';
import { deregisterMemory } from '../mechanisms/deregister-memory';
import { directIo } from '../mechanisms/direct-io';
import { drainPipe, vmsplice as vmspliceMechanism } from '../mechanisms/pipe';
import { rdmaWrite as rdmaWriteMechanism } from '../mechanisms/rdma-write';
import { registerMemory } from '../mechanisms/register-memory';
import { aDrive, aMapping, aNic, anMr, aPipe, somePages, type Operation } from './operation';

const directIoOperation = (word: 'odirect-read' | 'odirect-write', intoMemory: 0 | 1, doc: string): Operation => ({
  word,
  title: word,
  doc,
  source: source('open(2) O_DIRECT; fs/iomap/direct-io.c (6.19); spec 9.4', 'V'),
  parameters: [aMapping, somePages('pages of the buffer, first+count within the mapping; all if not said'), aDrive],
  lower(read) {
    const mapping = read.mapping('mapping');
    const pages = read.pages('pages', mapping.pageCount);
    return {
      call: site(directIo, read.op, mapping.process, mapping.vpnFirst + pages.first, pages.count, intoMemory, read.drive('drive'), requests.$.row(read.op)),
      text: `${word} ${intoMemory === 1 ? 'into' : 'from'} ${read.text('mapping')} pages ${pages.first}+${pages.count}`,
    };
  },
});

export const odirectRead = directIoOperation('odirect-read', 1, 'Reads from a drive straight into mapped pages: the drive writes them by DMA while they are held.');
export const odirectWrite = directIoOperation('odirect-write', 0, 'Writes mapped pages straight to a drive: the drive reads them by DMA while they are held.');

export const vmsplice: Operation = {
  word: 'vmsplice',
  title: 'vmsplice',
  doc: 'Puts the pages of a mapping into a pipe. The pipe holds them with plain references until it is read or closed; no privilege is needed.',
  source: source('vmsplice(2); fs/splice.c iter_to_pipe() (6.19)', 'V', 'O'),
  parameters: [aMapping, somePages('pages to put, first+count within the mapping; all if not said'), aPipe],
  lower(read) {
    const mapping = read.mapping('mapping');
    const pages = read.pages('pages', mapping.pageCount);
    return {
      call: site(vmspliceMechanism, read.op, mapping.process, mapping.vpnFirst + pages.first, pages.count, read.pipe('pipe')),
      text: `vmsplice ${read.text('mapping')} pages ${pages.first}+${pages.count} into ${read.text('pipe')}`,
    };
  },
};

const drain = (word: 'read-pipe' | 'close-pipe', closes: 0 | 1, doc: string): Operation => ({
  word,
  title: word,
  doc,
  source: source('fs/pipe.c pipe_read(), pipe_release() (6.19)', 'V'),
  parameters: [aPipe],
  lower: read => ({ call: site(drainPipe, read.pipe('pipe'), closes), text: `${word} ${read.text('pipe')}` }),
});

export const readPipe = drain('read-pipe', 0, 'Reads all that is in a pipe; its buffers are released.');
export const closePipe = drain('close-pipe', 1, 'Closes the last end of a pipe; its buffers are released.');

export const ibvReg: Operation = {
  word: 'ibv-reg',
  title: 'ibv_reg_mr',
  doc: 'Registers a mapping with a NIC: every page is pinned for the long term, charged to RLIMIT_MEMLOCK, and may be reached by remote peers.',
  source: source('ibv_reg_mr(3); drivers/infiniband/core/umem.c ib_umem_get() (6.19)', 'V', 'O'),
  parameters: [
    { name: 'name', title: 'name', doc: 'how other operations call the registration', required: true, type: { kind: 'text' } },
    aMapping,
    somePages('pages to register, first+count within the mapping (it may reach into the next one); all if not said'),
    { name: 'access', title: 'access', doc: 'access flags', required: false, type: { kind: 'choice', values: ['local-write+remote-write', 'local-write', 'remote-write', 'none'], default: 'local-write+remote-write' } },
    aNic,
  ],
  lower(read) {
    const mapping = read.mapping('mapping');
    const pages = read.pages('pages', mapping.pageCount);
    const flags = read.text('access').split('+');
    return {
      call: site(registerMemory, read.op, mapping.process, mapping.vpnFirst + pages.first, pages.count, read.newMr('name'), read.nic('nic'),
        flags.includes('local-write') ? 1 : 0, flags.includes('remote-write') ? 1 : 0),
      text: `ibv_reg_mr ${read.text('mapping')} pages ${pages.first}+${pages.count} as ${read.text('name')}`,
    };
  },
};

export const ibvDereg: Operation = {
  word: 'ibv-dereg',
  title: 'ibv_dereg_mr',
  doc: 'Takes a registration away: no new accesses, wait for those in flight, unpin.',
  source: source('ibv_dereg_mr(3); spec 6.5', 'V'),
  parameters: [anMr],
  lower(read) {
    const mr = read.mr('mr');
    return { call: site(deregisterMemory, mr, regions.process.in(arena, mr)), text: `ibv_dereg_mr ${read.text('mr')}` };
  },
};

export const rdmaWrite: Operation = {
  word: 'rdma-write',
  title: 'RDMA WRITE',
  doc: 'A remote peer writes into a registration by its rkey. The actor runs on an rdma-peer.',
  source: source('spec 6.4; drivers/infiniband/sw/rxe/rxe_resp.c (6.19)', 'V', 'O'),
  parameters: [anMr, somePages('pages of the registration, first+count'), aNic],
  lower(read) {
    const pages = read.pages('pages', 1);
    return {
      call: site(rdmaWriteMechanism, read.op, read.nic('nic'), read.mr('mr'), read.qp, pages.first, pages.count, transfers.$.row(read.op)),
      text: `RDMA WRITE to ${read.text('mr')} pages ${pages.first}+${pages.count}`,
    };
  },
};
