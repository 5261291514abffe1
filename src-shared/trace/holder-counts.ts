import { PAGE_OF_TYPE } from '../domain/memory-type';
import { pinsChange, referencesChange } from '../domain/pin-form';
import type { State } from '../state/arena';
import type { Row } from '../state/dictionary';
import { valueAt } from '../state/page-runs';
import { p2pPools, pgmaps } from '../state/pgmap-tables';
import { holders, hosts } from '../state/tables';
import { showCount } from '../units/show';
import { holdsOn } from './held-ranges';
import { holdWord, keeperName, memoryOf } from './names';
import type { RunDescription } from './run-description';

/** One summand of a count. `row` is the holder it stands for; 0 if it stands for none. */
export interface CountTerm {
  readonly text: string;
  readonly value: number;
  readonly row: Row;
}

/** A frame's counts, and what they are made of. Sums that differ from the counts break S4 or S5. */
export interface CountExplanation {
  readonly refs: number;
  readonly refTerms: readonly CountTerm[];
  readonly pins: number;
  readonly pinTerms: readonly CountTerm[];
  readonly maps: number;
}

/** Explains refcount and pincount of the folio of one frame (spec 1.9, 2.2). */
export function explainCounts(state: State, run: RunDescription, pfn: number): CountExplanation {
  const at = (field: number): number => valueAt(state, run.host, field, pfn);
  const size = 2 ** at(hosts.order.field);
  const first = pfn - (pfn % size);
  const form = size > 1 ? run.counts.largePin : run.counts.smallPin;
  const refTerms = ownTerms(state, run, pfn, size);
  const pinTerms: CountTerm[] = [];
  let pins = 0;
  for (const row of holdsOn(state, run.host, first, first + size)) {
    const from = Math.max(first, holders.pfnFirst.in(state, row));
    const touched = Math.min(first + size, holders.pfnFirst.in(state, row) + holders.pageCount.in(state, row)) - from;
    const how = holders.how.nameIn(state, row);
    const change = how === 'get' ? referencesChange(touched) : pinsChange(form, touched, pins);
    const text = `${holdWord(how)} of ${keeperName(state, run, row)}`;
    refTerms.push({ text, value: change.refs, row });
    if (change.pins !== 0) pinTerms.push({ text, value: change.pins, row });
    pins += change.pins;
  }
  return { refs: at(hosts.refs.field), refTerms, pins: at(hosts.pins.field), pinTerms, maps: at(hosts.maps.field) };
}

export const sumOf = (terms: readonly CountTerm[]): number => terms.reduce((sum, { value }) => sum + value, 0);

/** What counts without a holder: the idle value of the memory, mappings where they hold a reference, the page cache. */
function ownTerms(state: State, run: RunDescription, pfn: number, size: number): CountTerm[] {
  const type = memoryOf(run, pfn)?.type ?? 'normal';
  const idle = isHandedOut(state, run, pfn) ? 0 : run.counts.baseRefs[type];
  const maps = valueAt(state, run.host, hosts.maps.field, pfn);
  const terms: CountTerm[] = idle === 0 ? [] : [{ text: `idle ${PAGE_OF_TYPE[type]}`, value: idle, row: 0 }];
  if (maps > 0 && run.counts.mappingsHold[type]) terms.push({ text: maps === 1 ? '1 mapping' : `${showCount(maps)} mappings`, value: maps, row: 0 });
  const isCached = valueAt(state, run.host, hosts.use.field, pfn) === PAGE_CACHE && valueAt(state, run.host, hosts.mapping.field, pfn) !== 0;
  const moving = valueAt(state, run.host, hosts.moving.field, pfn);
  if (moving > 0) terms.push({ text: 'whoever moves it', value: moving, row: 0 });
  if (isCached) terms.push({ text: 'page cache', value: size, row: 0 });
  return terms;
}

/** Whether the count of a ZONE_DEVICE page starts at 0: memunmap has put it, or a user mapping of a BAR has it (spec 2.2, 2.3). */
function isHandedOut(state: State, run: RunDescription, pfn: number): boolean {
  const memory = run.memories.findIndex(({ firstPfn, pageCount }) => pfn >= firstPfn && pfn < firstPfn + pageCount);
  if (memory < 0 || run.memories[memory].type === 'normal') return false;
  const page = pfn - run.memories[memory].firstPfn;
  if (p2pPools.$.rows(state).some(pool => p2pPools.memory.in(state, pool) === memory && p2pPools.taken.in(state, pool, page) === TAKEN_BY_USER)) return true;
  return pgmaps.$.rows(state).some(row => pgmaps.memory.in(state, row) === memory && pgmaps.pagesPut.in(state, row) === 1
    && page >= pgmaps.firstPage.in(state, row) && page < pgmaps.firstPage.in(state, row) + pgmaps.pageCount.in(state, row));
}

const TAKEN_BY_USER = p2pPools.taken.valueOf('user');
const PAGE_CACHE = hosts.use.valueOf('page cache');
