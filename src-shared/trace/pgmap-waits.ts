import type { State } from '../state/arena';
import type { Row } from '../state/dictionary';
import { p2pAllocations, pgmaps } from '../state/pgmap-tables';
import { findPage } from '../state/page-runs';
import { holders, hosts } from '../state/tables';
import { holdsOn } from './held-ranges';
import { holdWord, keeperName, nameOfRow } from './names';
import { mappingsOf } from './page-mappings';
import { outlookOfAllocation, outlookOfHold, outlookOfMapping } from './release-outlook';
import type { RunDescription } from './run-description';
import type { Wait, WaitHolder } from './wait-targets';

/** The wait of memunmap for the references of a pgmap: holds and mappings of its pages, and P2P memory that drivers have. */
export function unusedPgmap(state: State, run: RunDescription, pgmap: Row): Wait | null {
  if (pgmaps.refs.in(state, pgmap) <= 0) return null;
  const memory = run.memories[pgmaps.memory.in(state, pgmap)];
  if (memory === undefined) return null;
  const first = memory.firstPfn + pgmaps.firstPage.in(state, pgmap);
  const end = first + pgmaps.pageCount.in(state, pgmap);
  const held = holdsOn(state, run.host, first, end).map((row): WaitHolder =>
    ({ actor: outlookOfHold(state, run, row).actor, row, text: `held by a ${holdWord(holders.how.nameIn(state, row))} of ${keeperName(state, run, row)}` }));
  const allocated = p2pAllocations.$.rows(state).filter(row => p2pAllocations.pageCount.in(state, row) > 0 && p2pAllocations.pfnFirst.in(state, row) >= first && p2pAllocations.pfnFirst.in(state, row) < end)
    .map((row): WaitHolder => ({ actor: outlookOfAllocation(state, run, row).actor, row, text: nameOfRow(state, run, row) }));
  const isHandedOut = memory.type === 'private' || memory.type === 'coherent';
  const mappedAt = isHandedOut ? findPage(state, run.host, hosts.maps.field, first, end, maps => maps > 0) : -1;
  const mapped = mappedAt < 0 ? [] : [...mappingsOf(state, mappedAt)].map(({ process }): WaitHolder =>
    ({ actor: outlookOfMapping(state, run, process).actor, row: process, text: `mapped by ${nameOfRow(state, run, process)}` }));
  return { kind: 'pgmap', text: `the last reference of the ${nameOfRow(state, run, pgmap)}`, holders: [...held, ...allocated, ...mapped] };
}
