import type { State } from '../state/arena';
import type { Row } from '../state/dictionary';
import { holdersOf } from '../state/lock';
import type { Column } from '../state/table';
import { showBytes, showCount, showNs, showPages, showPfn } from '../units/show';
import { actorName, nameOfRow } from './names';
import type { RunDescription } from './run-description';

/** Symbolic content: who wrote it last, or whose data it was when the run began; tag -n is the initial data of the n-th file. */
export function contentText(run: RunDescription, tag: number): string {
  if (tag === 0) return 'zeroes';
  if (tag < 0) return `initial data of ${run.files[-tag - 1]?.name ?? `file ${-tag}`}`;
  const writer = run.operations[tag - 1];
  return writer === undefined ? `content ${tag}` : `data of ${writer.name}`;
}

/** "free", "held by admin", "shared by app and admin". */
export function lockText(run: RunDescription, word: number): string {
  if (word === 0) return 'free';
  const names = holdersOf(word).map(nth => actorName(run, nth)).join(' and ');
  return word < 0 ? `held by ${names}` : `shared by ${names}`;
}

/** "pinnedVm" as people write it. */
export const columnTitle = (name: string): string => name.replaceAll(/[A-Z]/g, letter => ` ${letter.toLowerCase()}`);

/** The value of a column in words, with its unit. */
export function cellText(state: State, run: RunDescription, row: Row, column: Column): string {
  const value = column.in(state, row);
  switch (column.spec.kind) {
    case 'lock': return lockText(run, value);
    case 'ref': return value === 0 ? '–' : nameOfRow(state, run, value);
    case 'name': return column.nameIn(state, row);
    case 'flag': return value === 0 ? 'no' : 'yes';
    case 'id': case 'count': case 'int': case 'wide': case 'stack': return quantity(column, value);
  }
}

function quantity({ name, spec }: Column, value: number): string {
  if (name.startsWith('pfn') || name.endsWith('Pfn')) return showPfn(value);
  if (spec.unit === 'ns') return showNs(value);
  if (spec.unit === 'bytes') return showBytes(value);
  if (spec.unit === 'pages') return value < 0 ? 'unlimited' : showPages(value);
  return spec.unit === undefined ? showCount(value) : `${showCount(value)} ${spec.unit}`;
}
