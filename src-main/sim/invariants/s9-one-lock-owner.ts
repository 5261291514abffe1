import { source } from '@shared/domain/source';
import { arena } from '@shared/state/arena';
import { runsIn } from '@shared/state/page-runs';
import { actors, files, hosts } from '@shared/state/tables';
import { actorName, fileName, frameName } from '@shared/trace/names';
import type { RunDescription } from '@shared/trace/run-description';
import type { Finding, StateInvariant } from './invariant';

/** Whether whoever has a lock has ended: nobody will ever give it back, and the next one takes what is not free. */
const isLost = (run: RunDescription, owner: number): boolean => owner > run.actors.length || actors.pc.get(run.actors[owner - 1].row) === 0;

function lockedFolio(run: RunDescription, host: number): Finding | null {
  for (const { first, count, value } of runsIn(arena, host, hosts.locked.field)) {
    if (value < 0 || isLost(run, value)) return { chain: [`${frameName(arena, run, first)} is locked by ${actorName(run, value - 1)}`, 'who is not there any more'] };
    const size = 2 ** hosts.order.at(host, first);
    const start = first - (first % size);
    const other = hosts.locked.find(host, start, Math.max(first + count, start + size), owner => owner !== value);
    if (other >= 0 && other < start + size) return { chain: [`${frameName(arena, run, first)} is locked by ${actorName(run, value - 1)}`, `${frameName(arena, run, other)} of the same folio is not`, 'a folio has one lock'] };
  }
  return null;
}

function lockedEntry(run: RunDescription): Finding | null {
  for (const { row } of run.files) {
    for (const { first, value } of runsIn(arena, row, files.entryLock.field)) {
      if (value < 0 || isLost(run, value)) return { chain: [`the DAX entry ${fileName(run, row)}:${first} is locked by ${actorName(run, value - 1)}`, 'who is not there any more'] };
    }
  }
  return null;
}

export const s9OneLockOwner: StateInvariant = {
  kind: 'state',
  id: 'S9',
  class: 'safety',
  sentence: 'A folio and a DAX entry are locked by one actor, who is at work.',
  source: source('spec 10.1 S9, 0.3', 'V'),
  watches: [hosts.locked, files.entryLock],
  broken: ({ run, host }) => lockedFolio(run, host) ?? lockedEntry(run),
};
