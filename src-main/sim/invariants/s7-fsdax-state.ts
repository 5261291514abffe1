import { source } from '@shared/domain/source';
import { arena } from '@shared/state/arena';
import { files, hosts } from '@shared/state/tables';
import { runsIn } from '@shared/state/page-runs';
import { fileName } from '@shared/trace/names';
import type { StateInvariant } from './invariant';

const PAGE_CACHE = hosts.use.valueOf('page cache');
const REAL = files.entry.valueOf('real');

export const s7FsdaxState: StateInvariant = {
  kind: 'state',
  id: 'S7',
  class: 'safety',
  sentence: 'A DAX page has a mapping exactly while a file has an entry for it.',
  source: source('spec 10.1 S7; fs/dax.c dax_associate_entry() (6.19)', 'V'),
  watches: [files.entry, hosts.mapping],
  broken({ run, host }) {
    let entries = 0;
    for (const { row, name } of run.files) {
      for (const { first, count, value } of runsIn(arena, row, files.entry.field)) {
        if (value !== REAL) continue;
        for (let index = first; index < first + count;) {
          const next = Math.min(first + count, files.blockDelta.runEnd(row, index));
          const pfn = index + files.blockDelta.at(row, index);
          const wrong = hosts.mapping.find(host, pfn, pfn + next - index, mapping => mapping !== files.nth.get(row));
          if (wrong >= 0) return { chain: [`page ${index + wrong - pfn} of ${name} has a DAX entry`, `its frame ${wrong} has another mapping`, 'entry and mapping were not changed together'] };
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
    return mapped === entries ? null : { chain: [`${mapped} frames have a mapping`, `${entries} pages of ${run.files.map(({ row }) => fileName(run, row)).join(', ')} have an entry`, 'entry and mapping were not changed together'] };
  },
};
