import { source } from '@shared/domain/source';
import { arena } from '@shared/state/arena';
import type { Row } from '@shared/state/dictionary';
import { runsIn } from '@shared/state/page-runs';
import { p2pAllocations, p2pPools } from '@shared/state/pgmap-tables';
import { hosts } from '@shared/state/tables';
import { frameName, nameOfRow } from '@shared/trace/names';
import { showPages } from '@shared/units/show';
import type { Finding, StateInvariant } from './invariant';

const KERNEL = p2pPools.taken.valueOf('kernel');
const USER = p2pPools.taken.valueOf('user');

/** Pages that drivers have by their own account, and that user space has mapped. */
function givenOut(pool: Row): number {
  const allocated = p2pAllocations.$.rows(arena).reduce((pages, row) => pages + (p2pAllocations.pool.get(row) === pool ? p2pAllocations.pageCount.get(row) : 0), 0);
  let mapped = 0;
  for (const { count, value } of runsIn(arena, pool, p2pPools.taken.field)) if (value === USER) mapped += count;
  return allocated + mapped;
}

export const s12PoolConservation: StateInvariant = {
  kind: 'state',
  id: 'S12',
  class: 'safety',
  sentence: 'Free and allocated pages of a peer-to-peer pool add up to its size, and nobody takes references on pages that a driver allocated.',
  source: source('spec 10.1 S12, 2.4; drivers/pci/p2pdma.c p2pdma_folio_free() (6.19)', 'V', 'D'),
  watches: [p2pPools.available, p2pAllocations.pageCount, hosts.refs],
  broken({ run, host }): Finding | null {
    for (const pool of p2pPools.$.rows(arena)) {
      if (p2pPools.state.nameIn(arena, pool) !== 'live') continue;
      const name = nameOfRow(arena, run, pool);
      const available = p2pPools.available.get(pool);
      const given = givenOut(pool);
      if (available + given !== p2pPools.size.get(pool)) {
        return { chain: [`${showPages(available)} of the ${name} are free`, `${showPages(given)} are in use, of ${showPages(p2pPools.size.get(pool))} in all`, 'a put of a page gave it back while the driver still has it'] };
      }
      const { firstPfn } = run.memories[p2pPools.memory.get(pool)];
      if (run.counts.baseRefs.p2pdma !== 0) continue;
      for (const { first, count, value } of runsIn(arena, pool, p2pPools.taken.field)) {
        const held = value === KERNEL ? hosts.refs.find(host, firstPfn + first, firstPfn + first + count, refs => refs > 0) : -1;
        if (held >= 0) return { chain: [`somebody took a reference on ${frameName(arena, run, held)} of the ${name}`, 'a driver allocated it: its count stays 0, and the put gives the page away'] };
      }
    }
    return null;
  },
};
