import { source } from '@shared/domain/source';
import { arena } from '@shared/state/arena';
import { runsIn } from '@shared/state/page-runs';
import { files, hosts } from '@shared/state/tables';
import { fileName, frameName } from '@shared/trace/names';
import type { RunDescription } from '@shared/trace/run-description';
import type { StateInvariant } from './invariant';

const REAL = files.entry.valueOf('real');

/** Frames [first, end) that an entry of a file names. */
interface EntryRun {
  readonly file: number;
  readonly first: number;
  readonly end: number;
}

function entryRuns(run: RunDescription): readonly EntryRun[] {
  return run.files.flatMap(({ row }) => [...runsIn(arena, row, files.entry.field)].filter(({ value }) => value === REAL).flatMap(({ first, count }) => {
    const runs: EntryRun[] = [];
    for (let index = first; index < first + count;) {
      const next = Math.min(first + count, files.blockDelta.runEnd(row, index));
      const delta = files.blockDelta.at(row, index);
      runs.push({ file: row, first: index + delta, end: next + delta });
      index = next;
    }
    return runs;
  }));
}

export const s10Sharing: StateInvariant = {
  kind: 'state',
  id: 'S10',
  class: 'safety',
  sentence: 'A DAX page with a mapping has one entry, of that file; one without is shared by as many entries as it counts.',
  source: source('spec 10.1 S10; fs/dax.c dax_associate_entry(), dax_disassociate_entry() (6.19)', 'V'),
  watches: [files.entry, files.blockDelta, hosts.mapping, hosts.share],
  broken({ run, host }) {
    const runs = entryRuns(run);
    const edges = [...new Set(runs.flatMap(({ first, end }) => [first, end]))].sort((a, b) => a - b);
    for (const [nth, first] of edges.slice(0, -1).entries()) {
      const users = runs.filter(user => user.first <= first && first < user.end);
      for (let pfn = first; users.length > 0 && pfn < edges[nth + 1]; pfn = Math.min(hosts.mapping.runEnd(host, pfn), hosts.share.runEnd(host, pfn))) {
        const [mapping, share] = [hosts.mapping.at(host, pfn), hosts.share.at(host, pfn)];
        if (mapping === 0 ? share === users.length : share === 0 && users.length === 1) continue;
        return {
          chain: [
            `${frameName(arena, run, pfn)} has ${users.length === 1 ? 'an entry' : `${users.length} entries`}, of ${users.map(({ file }) => fileName(run, file)).join(', ')}`,
            mapping === 0 ? `it is counted as shared by ${share}` : `its mapping is ${fileName(run, files.$.row(mapping))}${share === 0 ? '' : `, and ${share} are counted to share it`}`,
            'entries were added or deleted, and the page was told otherwise',
          ],
        };
      }
    }
    return null;
  },
};
