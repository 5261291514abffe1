import { source } from '@shared/domain/source';
import { arena } from '@shared/state/arena';
import { regions } from '@shared/state/rdma-tables';
import { processes } from '@shared/state/tables';
import { processName } from '@shared/trace/names';
import { PAGE_BYTES } from '@shared/units/pages';
import { showPages } from '@shared/units/show';
import type { StateInvariant } from './invariant';

const VALID = regions.state.valueOf('valid');

export const s18Memlock: StateInvariant = {
  kind: 'state',
  id: 'S18',
  class: 'safety',
  sentence: 'Registrations of a process that are in force hold no more pages than RLIMIT_MEMLOCK allows, and all of them are charged.',
  source: source('drivers/infiniband/core/umem.c ib_umem_get() (6.19); spec 1.7, 10.1 S18', 'V', 'O'),
  watches: [regions.charged, regions.state, processes.pinnedVm],
  broken({ run }) {
    for (const process of processes.$.rows(arena)) {
      const charged = regions.$.rows(arena).reduce((pages, mr) => (regions.process.get(mr) === process && regions.state.get(mr) === VALID ? pages + regions.charged.get(mr) : pages), 0);
      const limit = processes.memlockLimit.get(process);
      const name = processName(run, process);
      if (charged > processes.pinnedVm.get(process)) return { chain: [`${name} has ${showPages(charged)} in charged registrations`, `its pinned_vm is ${showPages(processes.pinnedVm.get(process))}`] };
      if (limit >= 0 && processes.ipcLock.get(process) === 0 && charged * PAGE_BYTES > limit) return { chain: [`${name} has ${showPages(charged)} in charged registrations`, `its RLIMIT_MEMLOCK is ${limit} bytes, and it has no CAP_IPC_LOCK`] };
    }
    return null;
  },
};
