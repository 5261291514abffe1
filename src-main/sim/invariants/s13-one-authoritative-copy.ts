import { source } from '@shared/domain/source';
import { arena } from '@shared/state/arena';
import { staleUses } from '@shared/state/device-memory-tables';
import { mappings } from '@shared/state/tables';
import { actorName, frameName, processName } from '@shared/trace/names';
import type { RunDescription } from '@shared/trace/run-description';
import type { StateInvariant } from './invariant';

/** "page 2 of buf" where a mapping of the lab has it. */
function pageName(run: RunDescription, process: number, vpn: number): string {
  const mapping = run.mappings.find(({ row }) => mappings.process.get(row) === process && mappings.vpnFirst.get(row) <= vpn && vpn < mappings.vpnFirst.get(row) + mappings.pageCount.get(row));
  return mapping === undefined ? `virtual page 0x${vpn.toString(16)} of ${processName(run, process)}` : `page ${vpn - mappings.vpnFirst.get(mapping.row)} of ${mapping.name}`;
}

export const s13OneAuthoritativeCopy: StateInvariant = {
  kind: 'state',
  id: 'S13',
  class: 'safety',
  sentence: 'Of a page there is one copy that counts, and nobody uses another one.',
  source: source('spec 10.1 S13, 8.11; mm/migrate_device.c (6.19)', 'V', 'D'),
  watches: [staleUses.pfn],
  broken({ run }) {
    const stale = staleUses.$.rows(arena).find(row => staleUses.pfn.get(row) !== 0);
    if (stale === undefined) return null;
    const page = pageName(run, staleUses.process.get(stale), staleUses.vpn.get(stale));
    const frame = frameName(arena, run, staleUses.pfn.get(stale));
    return {
      chain: [
        `${actorName(run, staleUses.actor.get(stale))}: ${frame} is ${staleUses.how.nameIn(arena, stale)} as ${page}`,
        `${page} is not there any more: it has been unmapped, or moved`,
        staleUses.how.nameIn(arena, stale) === 'faulted on'
          ? 'the fault took no reference on the page (knob privateFaultTakesRef), so that it could be freed under it'
          : 'who changed the page table did not wait for the device (knob invalidateWaitsForDevice)',
      ],
    };
  },
};
