import { source } from '@shared/domain/source';
import { arena } from '@shared/state/arena';
import { busyExtents, files, hosts } from '@shared/state/tables';
import { fileName, frameName } from '@shared/trace/names';
import type { StateInvariant } from './invariant';

export const s11BusyNotAllocated: StateInvariant = {
  kind: 'state',
  id: 'S11',
  class: 'safety',
  sentence: 'A block on the busy list belongs to no file.',
  source: source('spec 10.1 S11; fs/xfs/xfs_extent_busy.c (6.19)', 'V'),
  watches: [hosts.owner, busyExtents.state],
  broken({ run, host }) {
    for (const extent of busyExtents.$.rows(arena)) {
      if (busyExtents.state.get(extent) === 0) continue;
      const first = busyExtents.firstPfn.get(extent);
      const pfn = hosts.owner.find(host, first, first + busyExtents.pageCount.get(extent), owner => owner >= 0);
      if (pfn < 0) continue;
      const owner = hosts.owner.at(host, pfn);
      return { chain: [`${frameName(arena, run, pfn)} is on the busy list`, owner === 0 ? 'and free' : `and belongs to ${fileName(run, files.$.row(owner))}`, 'the allocator did not look at the busy list'] };
    }
    return null;
  },
};
