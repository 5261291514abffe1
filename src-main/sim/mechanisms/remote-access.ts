import { ERRNO } from '@shared/domain/errno';
import { arena } from '@shared/state/arena';
import { holders, hosts, mappings, operations } from '@shared/state/tables';
import { PAGE_BYTES } from '@shared/units/pages';
import { emit } from '../engine/events';
import { answer } from '../engine/machine';
import { mechanism } from '../engine/mechanism';
import { every, frame } from '../engine/place';
import { call, done, fail, site, sleep } from '../engine/step';
import { kernel } from '../kernel';
import { LOOKUP_READS, mappingAt } from './address-space';
import { DROP_READS, DROP_TERMS, dropHold, howWord } from './folio-counts';
import { getUserPages } from './get-user-pages';
import { isRawMemory } from './gup-rules';

/** `how` is what is taken on the pages meanwhile; `force` is FOLL_FORCE, as /proc/PID/mem has it. Answers bytes. */
const T = frame('op', 'process', 'vpn', 'pages', 'bytes', 'lead', 'write', 'how', 'force', 'got');

const take = site(getUserPages, T.process, T.vpn, T.pages, T.write, T.how, T.op, 0, 0, T.force, 1);
const mine = (): readonly number[] => holders.$.rows(arena).filter(holder => holders.op.get(holder) === T.op.v && holders.how.get(holder) !== 0);
const isProcMem = (): boolean => T.force.v === 1;

/** process_vm_readv(2), process_vm_writev(2) and writes through /proc/PID/mem: the kernel copies through pages that it holds meanwhile. */
export const remoteAccess = mechanism({
  name: 'remote-access',
  source: 'spec 1.4 Callers; mm/process_vm_access.c process_vm_rw_single_vec(), fs/proc/base.c mem_rw(), mm/memory.c __access_remote_vm() (6.19)',
  frame: T,
  order: 'PV1 PV2 PV3 PV4',
  steps: {
    PV1: {
      title: 'take the pages', calls: [take], reads: [...LOOKUP_READS, ...every(mappings.file)], to: ['done'], costNs: () => kernel.costs.syscallNs,
      run: () => {
        if (T.pages.v === 0) return done();
        const mapping = mappingAt(T.process.v, T.vpn.v);
        // vm_ops->access: memory without struct pages is copied to all the same (generic_access_phys()).
        if (isProcMem() && mapping !== 0 && isRawMemory(mappings.file.get(mapping))) return done(T.bytes.v);
        return call(take);
      },
    },
    PV2: {
      title: 'copy', to: ['PV4', 'done'], reads: every(holders.how, holders.pfnFirst, holders.pageCount), writes: every(hosts.content),
      run: go => {
        if (answer.result < 0) return fail(isProcMem() ? ERRNO.EIO : ERRNO.EFAULT);
        T.got.v = answer.result;
        const { tag } = kernel.operations[operations.nth.get(T.op.v)];
        for (const holder of mine()) {
          const [pfn, pages] = [holders.pfnFirst.get(holder), holders.pageCount.get(holder)];
          if (T.write.v === 0) continue;
          hosts.content.assign(holders.host.get(holder), pfn, pages, tag);
          emit('store-landed', T.process.v, T.vpn.v, pfn, tag);
        }
        return mine().length === 0 ? go.PV4 : undefined;
      },
    },
    PV3: {
      title: 'let go of one piece', reads: DROP_READS, writes: DROP_TERMS, to: ['PV3', 'PV4'],
      run: go => sleep(dropHold(mine().at(-1)!), mine().length > 0 ? go.PV3 : go.PV4),
    },
    PV4: { title: 'answer the bytes copied', to: ['done'], run: () => done(Math.min(T.bytes.v, T.got.v * PAGE_BYTES - T.lead.v)) },
  },
});

/** Short-term pins, as process_vm_* take them; references, as /proc/PID/mem does. */
export const REMOTE_HOLD = { pin: howWord('pin'), get: howWord('get') } as const;
