import type { State } from '@shared/state/arena';
import type { Row } from '@shared/state/dictionary';
import { runEnd, runsIn, valueAt } from '@shared/state/page-runs';
import { tableOf } from '@shared/state/all-tables';
import type { Column } from '@shared/state/table';
import { nics, queuePairs, regions, workRequests } from '@shared/state/rdma-tables';
import { busyExtents, drives, files, filesystems, holders, mappings, pipes, processes, requests } from '@shared/state/tables';
import { cellText, columnTitle } from '@shared/trace/content';
import { nameOfRow } from '@shared/trace/names';
import type { RunDescription } from '@shared/trace/run-description';
import type { Fact } from '../design/fact';

/** Every column of a row in words. */
export function factsOfRow(state: State, run: RunDescription, row: Row): Fact[] {
  const table = tableOf(state.w[row] ?? 0);
  if (table === undefined) return [];
  return table.columns.flatMap((column, at): Fact[] => {
    if (column.spec.kind === 'stack' || UNTOLD.has(column)) return [];
    const isReference = table.shape.idIsReference[at] === true;
    return [[columnTitle(column.name), isReference ? nameOfRow(state, run, column.in(state, row)) : cellText(state, run, row, column)]];
  });
}

/** Columns that mean something to the simulator only, or that others say better. */
const UNTOLD: ReadonlySet<Column> = new Set<Column>([
  holders.piece, holders.host, holders.owner, holders.ownerDelta, busyExtents.firstIndex, files.nth, processes.nth, processes.host, regions.nth, pipes.nth, mappings.nth,
  requests.order, workRequests.order, filesystems.nth, filesystems.host, drives.nth, nics.nth, queuePairs.nth,
]);

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
