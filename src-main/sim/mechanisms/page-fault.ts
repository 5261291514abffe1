import { mappings } from '@shared/state/tables';
import { mechanism } from '../engine/mechanism';
import { every, frame } from '../engine/place';
import { call, done, fail, site } from '../engine/step';
import { answer } from '../engine/machine';
import { LOOKUP_READS, mappingAt } from './address-space';
import { anonymousFault } from './anonymous-fault';
import { daxFault } from './dax-fault';
import { ERRNO } from '@shared/domain/errno';

const T = frame('process', 'vpn', 'pages', 'write', 'force', 'mapping');

const anonymous = site(anonymousFault, T.process, T.vpn, T.pages, T.mapping);
const dax = site(daxFault, T.process, T.vpn, T.pages, T.write, T.mapping);

/**
 * handle_mm_fault(): the mapping decides how its pages come in. The caller holds mmap_lock shared. `force` writes where the
 * mapping does not allow it, in a copy of its own (FOLL_FORCE, FAULT_FLAG_UNSHARE). EFAULT stands for SIGBUS and SIGSEGV.
 */
export const pageFault = mechanism({
  name: 'page-fault',
  source: 'mm/memory.c handle_mm_fault() (6.19)',
  frame: T,
  order: 'PF1 PF2',
  steps: {
    PF1: {
      title: 'find the mapping', reads: [...LOOKUP_READS, ...every(mappings.writable, mappings.file)], calls: [anonymous, dax], to: ['done'],
      run: () => {
        T.mapping.v = mappingAt(T.process.v, T.vpn.v);
        if (T.mapping.v === 0) return fail(ERRNO.EFAULT);
        if (T.write.v === 1 && T.force.v === 0 && mappings.writable.get(T.mapping.v) === 0) return fail(ERRNO.EFAULT);
        return call(mappings.file.get(T.mapping.v) === 0 ? anonymous : dax);
      },
    },
    PF2: { title: 'answer the fault', to: ['done'], run: () => (answer.result < 0 ? fail(answer.errno) : done()) },
  },
});
