import { arena } from '@shared/state/arena';
import { holders, hosts } from '@shared/state/tables';
import { runsIn } from '@shared/state/page-runs';
import type { RunDescription } from '@shared/trace/run-description';

/** Every frame at which a count, or what it should be, changes. */
export function boundaries(run: RunDescription, host: number): readonly number[] {
  const pages = new Set<number>();
  for (const field of [hosts.refs, hosts.maps, hosts.order, hosts.use]) {
    for (const { first, count } of runsIn(arena, host, field.field)) {
      pages.add(first);
      pages.add(first + count);
    }
  }
  for (const holder of holders.$.rows(arena)) {
    pages.add(holders.pfnFirst.get(holder));
    pages.add(holders.pfnFirst.get(holder) + holders.pageCount.get(holder));
  }
  for (const memory of run.memories) pages.add(memory.firstPfn);
  return [...pages].sort((a, b) => a - b);
}
