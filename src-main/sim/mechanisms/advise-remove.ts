import { ERRNO } from '@shared/domain/errno';
import { mappings, processes } from '@shared/state/tables';
import { answer } from '../engine/machine';
import { mechanism } from '../engine/mechanism';
import { at, every, frame } from '../engine/place';
import { call, done, fail, site } from '../engine/step';
import { kernel } from '../kernel';
import { LOOKUP_READS, mappingAt } from './address-space';
import { layoutEntry } from './layout-entry';

const T = frame('process', 'vpn', 'pages', 'op', 'file', 'first', 'errno');
const mmapLock = at(processes.mmapLock, T.process);
const punch = site(layoutEntry, T.file, T.first, T.pages, T.op);

/** MADV_REMOVE: punches a hole into the file behind the range, without mmap_lock. EINVAL for memory that is no file, or locked; EACCES without a shared writable mapping. */
export const removeByAdvice = mechanism({
  name: 'madvise-remove',
  source: 'mm/madvise.c madvise_remove() (6.19)',
  frame: T,
  order: 'MR1 MR2 MR3',
  steps: {
    MR1: {
      title: 'find the file behind the range', takes: mmapLock, shared: true, drops: [mmapLock], costNs: () => kernel.costs.syscallNs,
      reads: [...LOOKUP_READS, ...every(mappings.file, mappings.fileFirst, mappings.locked, mappings.shared, mappings.writable)],
      run: () => {
        const mapping = mappingAt(T.process.v, T.vpn.v);
        if (mapping === 0) T.errno.v = ERRNO.ENOMEM;
        else if (mappings.file.get(mapping) === 0 || mappings.locked.get(mapping) === 1) T.errno.v = ERRNO.EINVAL;
        else if (mappings.shared.get(mapping) === 0 || mappings.writable.get(mapping) === 0) T.errno.v = ERRNO.EACCES;
        else {
          T.file.v = mappings.file.get(mapping);
          T.first.v = T.vpn.v - mappings.vpnFirst.get(mapping) + mappings.fileFirst.get(mapping);
        }
      },
    },
    MR2: { title: 'punch', calls: [punch], to: ['MR3', 'done'], run: go => (T.errno.v === 0 ? call(punch, go.MR3) : fail(T.errno.v)) },
    MR3: { title: 'return', to: ['done'], run: () => (answer.result < 0 ? fail(answer.errno) : done()) },
  },
});
