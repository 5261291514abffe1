import { source } from '@shared/domain/source';
import { arena } from '@shared/state/arena';
import { busyExtents, filesystems, hosts } from '@shared/state/tables';
import { explainCounts } from '@shared/trace/holder-counts';
import { frameName } from '@shared/trace/names';
import { showPages } from '@shared/units/show';
import type { EndInvariant } from './invariant';

export const l9FreeSpaceAllocatable: EndInvariant = {
  kind: 'end',
  id: 'L9',
  class: 'notice',
  sentence: 'Space that statfs reports free can be allocated in the end.',
  source: source('spec 10.2 L9, 4.6; "invisible used blocks" in the thread of 30 Oct 2017', 'S', 'D'),
  brokenBy: ({ run }) => busyExtents.$.rows(arena)
    .filter(extent => busyExtents.state.nameIn(arena, extent) === 'dax-wait')
    .map(extent => {
      const first = busyExtents.firstPfn.get(extent);
      const free = filesystems.freeBlocks.get(busyExtents.fs.get(extent));
      const end = first + busyExtents.pageCount.get(extent);
      const held = Math.max(first, hosts.refs.find(run.host, first, end, refs => refs > run.counts.baseRefs.fsdax));
      const holders = explainCounts(arena, run, held).refTerms.filter(({ row }) => row !== 0).map(({ text }) => `${frameName(arena, run, held)}: ${text}`);
      return {
        chain: [
          `statfs reports ${showPages(free)} free`,
          `${showPages(busyExtents.pageCount.get(extent))} from ${frameName(arena, run, first)} cannot be allocated: a page of the extent is held`,
          ...holders.slice(0, 2),
          'policy truncate-vs-dma keeps them busy until the holder lets go',
        ],
      };
    }),
};
