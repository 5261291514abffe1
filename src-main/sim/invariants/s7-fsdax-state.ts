import { source } from '@shared/domain/source';
import { arena } from '@shared/state/arena';
import type { Row } from '@shared/state/dictionary';
import { files, hosts } from '@shared/state/tables';
import { runsIn } from '@shared/state/page-runs';
import { fileName } from '@shared/trace/names';
import type { StateInvariant } from './invariant';

const PAGE_CACHE = hosts.use.valueOf('page cache');
const REAL = files.entry.valueOf('real');

/** First frame of [pfn, end) without mapping and sharers; −1 if there is none. */
function unmapped(host: Row, pfn: number, end: number): number {
  for (let at = pfn; at < end; at = Math.min(end, hosts.mapping.runEnd(host, at), hosts.share.runEnd(host, at))) {
    if (hosts.mapping.at(host, at) === 0 && hosts.share.at(host, at) === 0) return at;
  }
  return -1;
}

export const s7FsdaxState: StateInvariant = {
  kind: 'state',
  id: 'S7',
  class: 'safety',
  sentence: 'A DAX page has a mapping, or is counted as shared, exactly while files have entries for it.',
  source: source('spec 10.1 S7; fs/dax.c dax_associate_entry() (6.19)', 'V'),
  watches: [files.entry, hosts.mapping, hosts.share],
  broken({ run, host }) {
    let entries = 0;
    for (const { row, name } of run.files) {
      for (const { first, count, value } of runsIn(arena, row, files.entry.field)) {
        if (value !== REAL) continue;
        for (let index = first; index < first + count;) {
          const next = Math.min(first + count, files.blockDelta.runEnd(row, index));
          const pfn = index + files.blockDelta.at(row, index);
          const wrong = hosts.mapping.find(host, pfn, pfn + next - index, mapping => mapping !== files.nth.get(row) && mapping !== 0);
          const bare = wrong >= 0 ? wrong : unmapped(host, pfn, pfn + next - index);
          if (bare >= 0) return { chain: [`page ${index + bare - pfn} of ${name} has a DAX entry`, `its frame ${bare} has ${wrong >= 0 ? 'another mapping' : 'no mapping, and nothing shares it'}`, 'entry and mapping were not changed together'] };
          index = next;
        }
        entries += count;
      }
    }
    let mapped = 0;
    for (const { first, count } of runsIn(arena, host, hosts.mapping.field)) {
      for (let pfn = first; pfn < first + count; pfn = hosts.use.runEnd(host, pfn)) {
        if (hosts.use.at(host, pfn) !== PAGE_CACHE) mapped += Math.min(first + count, hosts.use.runEnd(host, pfn)) - pfn;
      }
    }
    for (const { count, value } of runsIn(arena, host, hosts.share.field)) mapped += count * value;
    return mapped === entries ? null : { chain: [`${mapped} frames have a mapping, or entries that share them`, `${entries} pages of ${run.files.map(({ row }) => fileName(run, row)).join(', ')} have an entry`, 'entry and mapping were not changed together'] };
  },
};
