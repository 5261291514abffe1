import type { State } from '@shared/state/arena';
import type { Row } from '@shared/state/dictionary';
import { holdersOf } from '@shared/state/lock';
import { runEnd, runsIn, valueAt } from '@shared/state/page-runs';
import { tableDefinitions, type Column } from '@shared/state/table';
import { busyExtents, drives, files, filesystems, holders, mappings, nics, pipes, processes, queuePairs, regions, requests, transfers } from '@shared/state/tables';
import { actorName, nameOfRow } from '@shared/trace/names';
import type { RunDescription } from '@shared/trace/run-description';
import { showBytes, showCount, showNs, showPages, showPfn } from '@shared/units/show';
import type { Fact } from '../design/fact';

/** Every column of a row in words. */
export function factsOfRow(state: State, run: RunDescription, row: Row): Fact[] {
  const table = tableDefinitions().find(({ id }) => id === state.w[row]);
  if (table === undefined) return [];
  return table.columns.flatMap((column, at): Fact[] => {
    if (column.spec.kind === 'stack' || UNTOLD.has(column)) return [];
    const isReference = table.shape.idIsReference[at] === true;
    return [[spaced(column.name), isReference ? nameOfRow(state, run, column.in(state, row)) : valueText(state, run, row, column)]];
  });
}

/** Columns that mean something to the simulator only, or that others say better. */
const UNTOLD: ReadonlySet<Column> = new Set<Column>([
  holders.piece, holders.host, holders.owner, holders.ownerDelta, busyExtents.firstIndex, files.nth, processes.nth, processes.host, regions.nth, pipes.nth, mappings.nth,
  requests.order, transfers.order, filesystems.nth, filesystems.host, drives.nth, nics.nth, queuePairs.nth,
]);

/** "pinnedVm" as people write it. */
const spaced = (name: string): string => name.replaceAll(/[A-Z]/g, letter => ` ${letter.toLowerCase()}`);

function valueText(state: State, run: RunDescription, row: Row, column: Column): string {
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

/** "free", "held by admin", "shared by app and admin". */
export function lockText(run: RunDescription, word: number): string {
  if (word === 0) return 'free';
  const names = holdersOf(word).map(nth => actorName(run, nth)).join(' and ');
  return word < 0 ? `held by ${names}` : `shared by ${names}`;
}

/** A run of file pages that are alike and lie one after the other. */
export interface FileExtent {
  readonly index: number;
  readonly count: number;
  readonly kind: string;
  readonly pfn: number;
}

export function extentsOf(state: State, file: Row): FileExtent[] {
  return [...runsIn(state, file, files.kind.field)].flatMap(({ first, count, value }) => {
    const extents: FileExtent[] = [];
    for (let index = first; index < first + count;) {
      const delta = valueAt(state, file, files.blockDelta.field, index);
      const end = Math.min(first + count, runEnd(state, file, files.blockDelta.field, index));
      extents.push({ index, count: end - index, kind: files.kind.spec.names![value]!, pfn: index + delta });
      index = end;
    }
    return extents;
  });
}
