import { assert } from '../base/assert';
import { mix } from '../base/hash';
import { arena, HIDDEN, PLAIN, REFERENCE, type RowShape, type State } from './arena';
import { FIELDS_MAX, type Row } from './dictionary';
import { findPage, runEnd, valueAt } from './page-runs';

/** What the words of a column are. `lock` holds nobody, one exclusive owner or a set of sharers (see `lock.ts`). */
export type ColumnKind = 'id' | 'count' | 'flag' | 'int' | 'ref' | 'name' | 'lock' | 'wide' | 'stack';

/** Declared by a table: `hidden` columns (constants, statistics, clocks) do not enter the fingerprint. */
export interface ColumnSpec {
  readonly kind: ColumnKind;
  readonly doc: string;
  readonly hidden?: boolean;
  /** Names of the values of a `name` column, by number. */
  readonly names?: readonly string[];
  readonly unit?: string;
  readonly words?: number;
}

export class Column {
  constructor(readonly table: string, readonly name: string, readonly off: number, readonly spec: ColumnSpec) {}

  get(row: Row): number {
    return arena.w[row + this.off];
  }

  set(row: Row, value: number): void {
    arena.set(row + this.off, value);
  }

  in(state: State, row: Row): number {
    return state.w[row + this.off];
  }

  /** The word for a value of a `name` column. */
  valueOf(name: string): number {
    const value = this.spec.names?.indexOf(name) ?? -1;
    assert(value >= 0, `${this.table}.${this.name} has no such value`, { name });
    return value;
  }

  nameIn(state: State, row: Row): string {
    return this.spec.names?.[this.in(state, row)] ?? String(this.in(state, row));
  }
}

const HIGH = 0x1_0000_0000;

/** A column of two words: a whole number of up to 53 bits and its sign (times in ns, sizes in bytes). */
export class WideColumn extends Column {
  override get(row: Row): number {
    return this.in(arena, row);
  }

  override set(row: Row, value: number): void {
    arena.set(row + this.off, value | 0);
    arena.set(row + this.off + 1, Math.floor(value / HIGH));
  }

  override in(state: State, row: Row): number {
    return (state.w[row + this.off] >>> 0) + state.w[row + this.off + 1] * HIGH;
  }
}

export interface PageFieldSpec {
  readonly doc: string;
  readonly names?: readonly string[];
  readonly unit?: string;
}

/** A field that every page of a row's space has: refcount by pfn, block by file index, PTE by virtual page. */
export class PageField {
  constructor(readonly table: string, readonly name: string, readonly field: number, readonly spec: PageFieldSpec) {}

  at(row: Row, page: number): number {
    return valueAt(arena, row, this.field, page);
  }

  in(state: State, row: Row, page: number): number {
    return valueAt(state, row, this.field, page);
  }

  /** First page behind `page` at which the value changes. */
  runEnd(row: Row, page: number): number {
    return runEnd(arena, row, this.field, page);
  }

  find(row: Row, first: number, end: number, wanted: (value: number) => boolean): number {
    return findPage(arena, row, this.field, first, end, wanted);
  }

  add(row: Row, first: number, count: number, by: number): void {
    if (by === 0) return;
    this.shift(row, first, by);
    this.shift(row, first + count, -by);
  }

  /** Sets [first, first + count) to `value`; the boundaries inside go. */
  assign(row: Row, first: number, count: number, value: number): void {
    assert(count > 0, 'a range has at least one page', { field: this.name, first, count });
    const end = first + count;
    const before = first === 0 ? 0 : this.at(row, first - 1);
    const behind = this.at(row, end);
    const inside: number[] = [];
    for (let page = this.runEnd(row, first); page < end; page = this.runEnd(row, page)) inside.push(page);
    for (const page of inside) arena.setDifference(arena.slot(row, this.field, page), 0);
    arena.setDifference(arena.slot(row, this.field, first), value - before);
    arena.setDifference(arena.slot(row, this.field, end), behind - value);
  }

  valueOf(name: string): number {
    const value = this.spec.names?.indexOf(name) ?? -1;
    assert(value >= 0, `${this.table}.${this.name} has no such value`, { name });
    return value;
  }

  private shift(row: Row, page: number, by: number): void {
    const slot = arena.slot(row, this.field, page);
    arena.setDifference(slot, arena.p[slot] + by);
  }
}

type Columns<C extends Record<string, ColumnSpec>> = { readonly [K in keyof C]: C[K]['kind'] extends 'wide' ? WideColumn : Column };
type PageFields<P extends Record<string, PageFieldSpec>> = { readonly [K in keyof P]: PageField };

export interface TableDefinition {
  readonly id: number;
  readonly name: string;
  readonly doc: string;
  readonly shape: RowShape;
  readonly columns: readonly Column[];
  readonly fields: readonly PageField[];
}

export type Table<C extends Record<string, ColumnSpec>, P extends Record<string, PageFieldSpec>> = Columns<C> & PageFields<P> & {
  readonly $: TableDefinition & {
    /** The row with these constants, in the arena of this thread. */
    row(...ids: readonly number[]): Row;
    /** Rows ever named in `state`, absent ones included. */
    rows(state?: State): readonly Row[];
  };
};

/** Ids follow from names, so that no order of loading can change them. */
function idOf(name: string): number {
  let hash = name.length;
  for (let at = 0; at < name.length; at++) hash = mix(hash, name.charCodeAt(at));
  return (hash & 0x7fff_ffff) || 1;
}

const wordsOf = (spec: ColumnSpec): number => (spec.kind === 'wide' ? 2 : spec.words ?? 1);

function kindsOf(columns: readonly Column[]): number[] {
  const kinds = [HIDDEN];
  for (const { spec } of columns) {
    const kind = spec.hidden === true || spec.kind === 'id' ? HIDDEN : spec.kind === 'ref' ? REFERENCE : PLAIN;
    for (let word = 0; word < wordsOf(spec); word++) kinds.push(kind);
  }
  return kinds;
}

/**
 * Declares a table. Columns of kind `id` come first; together they are the natural key of a row and never change.
 * `idRefs` names those that are references. Page fields turn a row into a page space.
 */
export function table<C extends Record<string, ColumnSpec>, P extends Record<string, PageFieldSpec>>(
  name: string, doc: string, columnSpecs: C, fieldSpecs: P, idRefs: readonly string[] = [],
): Table<C, P> {
  const id = idOf(name);
  let off = 1;
  const columns = Object.entries(columnSpecs).map(([columnName, spec], at, all) => {
    assert(spec.kind !== 'id' || all.slice(0, at).every(([, earlier]) => earlier.kind === 'id'), 'constants come first', { table: name, columnName });
    const column = spec.kind === 'wide' ? new WideColumn(name, columnName, off, spec) : new Column(name, columnName, off, spec);
    off += wordsOf(spec);
    return column;
  });
  const fields = Object.entries(fieldSpecs).map(([fieldName, spec], field) => new PageField(name, fieldName, field, spec));
  assert(fields.length <= FIELDS_MAX, 'too many page fields', { table: name });
  const ids = columns.filter(column => column.spec.kind === 'id');
  const shape: RowShape = { table: id, words: off, kinds: kindsOf(columns), idIsReference: ids.map(column => idRefs.includes(column.name)) };
  const definition: TableDefinition = { id, name, doc, shape, columns, fields };
  const named = Object.fromEntries([...columns, ...fields].map(member => [member.name, member]));
  const $ = {
    ...definition,
    row: (...constants: readonly number[]): Row => {
      assert(constants.length === ids.length, 'a row is named by all its constants', { table: name });
      return arena.row(shape, constants);
    },
    rows: (state: State = arena): readonly Row[] => state.dictionary.rowsIn(id),
  };
  return Object.assign(named, { $ }) as unknown as Table<C, P>;
}

const column = (kind: ColumnKind) => (doc: string, more: Omit<ColumnSpec, 'kind' | 'doc'> = {}) => ({ kind, doc, ...more }) as const;

export const id = (doc: string) => ({ kind: 'id', doc }) as const satisfies ColumnSpec;
export const count = column('count');
export const flag = column('flag');
export const int = column('int');
export const ref = column('ref');
export const lock = (doc: string) => ({ kind: 'lock', doc }) as const satisfies ColumnSpec;
export const wide = (doc: string, more: Omit<ColumnSpec, 'kind' | 'doc'> = {}) => ({ kind: 'wide', doc, ...more }) as const;
export const stack = (doc: string, words: number) => ({ kind: 'stack', doc, words }) as const satisfies ColumnSpec;
export const oneOf = <const Names extends readonly string[]>(doc: string, names: Names, more: Pick<ColumnSpec, 'hidden'> = {}) => ({ kind: 'name', doc, names, ...more }) as const;
