import { ERRNO } from '@shared/domain/errno';
import { mappings, processes } from '@shared/state/tables';
import { emit } from '../engine/events';
import { mechanism } from '../engine/mechanism';
import { at, every, frame } from '../engine/place';
import { done, fail } from '../engine/step';
import { kernel } from '../kernel';
import { hosts } from '@shared/state/tables';
import { UNMAP_TERMS, zapRange } from './address-space';

const M = frame('process', 'mapping', 'file', 'fileFirst', 'vpn', 'pages', 'writable', 'shared');
const mappingTerms = [mappings.pageCount, mappings.file, mappings.fileFirst, mappings.vpnFirst, mappings.writable, mappings.shared].map(column => at(column, M.mapping));

/** mmap(2) at the address the lab gives the mapping. */
export const mapMemory = mechanism({
  name: 'mmap',
  source: 'mm/mmap.c do_mmap() (6.19)',
  frame: M,
  order: 'MM1 MM2',
  steps: {
    MM1: { title: 'take mmap_lock exclusive', takes: at(processes.mmapLock, M.process), costNs: () => kernel.costs.syscallNs },
    MM2: {
      title: 'insert the mapping', drops: [at(processes.mmapLock, M.process)], reads: mappingTerms, writes: mappingTerms, to: ['done'],
      run: () => {
        if (mappings.pageCount.get(M.mapping.v) > 0) return fail(ERRNO.EBUSY);
        mappings.pageCount.set(M.mapping.v, M.pages.v);
        mappings.file.set(M.mapping.v, M.file.v);
        mappings.fileFirst.set(M.mapping.v, M.fileFirst.v);
        mappings.vpnFirst.set(M.mapping.v, M.vpn.v);
        mappings.writable.set(M.mapping.v, M.writable.v);
        mappings.shared.set(M.mapping.v, M.shared.v);
        return done();
      },
    },
  },
});

const U = frame('process', 'mapping');

/** munmap(2) of a whole mapping. Holds on its pages stay (spec 1.4). */
export const unmapMemory = mechanism({
  name: 'munmap',
  source: 'mm/vma.c do_vmi_munmap(), mm/memory.c zap_pte_range() (6.19)',
  frame: U,
  order: 'MU1 MU2',
  steps: {
    MU1: { title: 'take mmap_lock exclusive', takes: at(processes.mmapLock, U.process), costNs: () => kernel.costs.syscallNs },
    MU2: {
      title: 'clear the page-table entries and remove the mapping', drops: [at(processes.mmapLock, U.process)], to: ['done'],
      reads: every(hosts.owner), costNs: () => kernel.costs.unmapNs,
      writes: [...UNMAP_TERMS, ...every(mappings.pageCount, mappings.file, mappings.fileFirst, mappings.vpnFirst, mappings.writable, mappings.shared)],
      run: () => {
        removeMapping(U.process.v, U.mapping.v);
        return done();
      },
    },
  },
});

/** Takes a mapping and its page-table entries away; nothing happens if it is not there. */
export function removeMapping(process: number, mapping: number): void {
  const pages = mappings.pageCount.get(mapping);
  if (pages === 0) return;
  const vpn = mappings.vpnFirst.get(mapping);
  const zapped = zapRange(process, vpn, pages);
  emit('range-unmapped', process, vpn, zapped);
  for (const column of [mappings.pageCount, mappings.file, mappings.fileFirst, mappings.vpnFirst, mappings.writable, mappings.shared]) column.set(mapping, 0);
}
