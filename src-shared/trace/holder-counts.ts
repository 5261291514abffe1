import type { State } from '../state/arena';
import type { Row } from '../state/dictionary';
import { valueAt } from '../state/page-runs';
import { holders, hosts } from '../state/tables';
import { showCount } from '../units/show';
import { holdsOn } from './held-ranges';
import { holdWord, keeperName, memoryOf } from './names';
import type { CountRules, RunDescription } from './run-description';

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

/** Explains refcount and pincount of one frame (spec 1.9, 2.2). */
export function explainCounts(state: State, run: RunDescription, pfn: number): CountExplanation {
  const at = (field: number): number => valueAt(state, run.host, field, pfn);
  const maps = at(hosts.maps.field);
  const held = holdsOn(state, run.host, pfn, pfn + 1);
  return {
    refs: at(hosts.refs.field),
    refTerms: [...regimeTerms(run, pfn, maps), ...held.map(row => holdTerm(state, run, row, run.counts.refsOf))],
    pins: at(hosts.pins.field),
    pinTerms: held.map(row => holdTerm(state, run, row, run.counts.pinsOf)).filter(({ value }) => value !== 0),
    maps,
  };
}

export const sumOf = (terms: readonly CountTerm[]): number => terms.reduce((sum, { value }) => sum + value, 0);

/** What the frame's memory type counts by itself: host memory is idle at 0 and each mapping holds a reference. */
function regimeTerms(run: RunDescription, pfn: number, maps: number): CountTerm[] {
  const isFsdax = (memoryOf(run, pfn)?.fs ?? 0) !== 0;
  const idle = isFsdax ? run.counts.idleRefs : 0;
  const terms: CountTerm[] = idle === 0 ? [] : [{ text: 'idle FS_DAX page', value: idle, row: 0 }];
  if (maps > 0 && (!isFsdax || run.counts.mappingsCount)) terms.push({ text: maps === 1 ? '1 mapping' : `${showCount(maps)} mappings`, value: maps, row: 0 });
  return terms;
}

function holdTerm(state: State, run: RunDescription, row: Row, rule: CountRules['refsOf']): CountTerm {
  const how = holders.how.nameIn(state, row);
  const value = how === 'get' || how === 'pin' || how === 'longterm' ? rule[how] : 0;
  return { text: `${holdWord(how)} of ${keeperName(state, run, row)}`, value, row };
}
