import { arena } from '@shared/state/arena';
import { TABLES } from '@shared/state/all-tables';
import type { Row } from '@shared/state/dictionary';
import type { Column } from '@shared/state/table';
import { nameOfRow } from '@shared/trace/names';
import type { RunDescription } from '@shared/trace/run-description';

/** What "pgmap of nvme0: refs" names: a row as people call it, and a column of its table. */
interface Named {
  readonly row: Row;
  readonly column: Column;
}

/** Finds the row and the column that a text names; says what is missing where there is none. */
function find(run: RunDescription, text: string): Named | string {
  const at = text.lastIndexOf(':');
  const name = text.slice(0, at).trim();
  const field = text.slice(at + 1).trim();
  for (const table of TABLES) {
    const row = arena.dictionary.rowsIn(table.id).find(candidate => nameOfRow(arena, run, candidate) === name);
    if (row === undefined) continue;
    const column = table.columns.find(candidate => candidate.name === field);
    return column === undefined ? `${name} has no ${field}; it has ${table.columns.filter(({ spec }) => spec.kind !== 'stack').map(candidate => candidate.name).join(', ')}` : { row, column };
  }
  return `there is no ${name}`;
}

/** The value that a text names at the end of the run: a number, or the word for it. Null, with the reason, where it names nothing. */
export function stateFact(run: RunDescription, text: string): { readonly value: string | null; readonly reason: string } {
  const found = find(run, text);
  if (typeof found === 'string') return { value: null, reason: found };
  const { row, column } = found;
  const value = column.spec.kind === 'name' ? column.nameIn(arena, row) : column.spec.kind === 'ref' ? nameOfRow(arena, run, column.get(row)) : String(column.get(row));
  return { value, reason: `${text} is ${value}` };
}
