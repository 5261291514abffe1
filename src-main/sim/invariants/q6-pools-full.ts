import { source } from '@shared/domain/source';
import { arena } from '@shared/state/arena';
import type { Row } from '@shared/state/dictionary';
import { p2pAllocations, p2pPools } from '@shared/state/pgmap-tables';
import { nameOfRow } from '@shared/trace/names';
import type { RunDescription } from '@shared/trace/run-description';
import { showPages } from '@shared/units/show';
import type { EndInvariant } from './invariant';
import { leftBehind } from './left-behind';

export const q6PoolsFull: EndInvariant = {
  kind: 'end',
  id: 'Q6',
  class: 'rest',
  sentence: 'When a run has come to rest, every peer-to-peer pool has all its pages back.',
  source: source('spec 10.3, 2.4; drivers/pci/p2pdma.c pci_free_p2pmem() (6.19)', 'V'),
  brokenBy({ run, isAtRest }) {
    if (!isAtRest) return [];
    const used = p2pPools.$.rows(arena).filter(pool => p2pPools.state.nameIn(arena, pool) === 'live' && p2pPools.available.get(pool) !== p2pPools.size.get(pool));
    return leftBehind(used.map(pool => whatIsUsed(run, pool)));
  },
};

function whatIsUsed(run: RunDescription, pool: Row): readonly string[] {
  const users = p2pAllocations.$.rows(arena).filter(row => p2pAllocations.pool.get(row) === pool && p2pAllocations.pageCount.get(row) > 0);
  const allocated = users.map(row => `${nameOfRow(arena, run, row)} has ${showPages(p2pAllocations.pageCount.get(row))}`);
  const pages = users.reduce((sum, row) => sum + p2pAllocations.pageCount.get(row), 0);
  const mapped = p2pPools.size.get(pool) - p2pPools.available.get(pool) - pages;
  const lines = [`${showPages(p2pPools.available.get(pool))} of ${showPages(p2pPools.size.get(pool))} are free in the ${nameOfRow(arena, run, pool)}`, ...allocated];
  return mapped > 0 ? [...lines, `mappings of user space have ${showPages(mapped)}`] : lines;
}
