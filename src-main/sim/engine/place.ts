import { arena } from '@shared/state/arena';
import type { Column, PageField } from '@shared/state/table';

/** A local of the running mechanism: one word of its frame. Zero when the frame is entered, zeroed when it is left. */
export class Local {
  constructor(readonly name: string, readonly off: number) {}

  get v(): number {
    return arena.w[arena.f + this.off];
  }

  set v(value: number) {
    arena.set(arena.f + this.off, value);
  }
}

/** A column of the row that a local names. The same object is the access path and the footprint term. */
export class Place {
  constructor(readonly column: Column, readonly via: Local) {}

  get v(): number {
    return this.column.get(this.via.v);
  }

  set v(value: number) {
    this.column.set(this.via.v, value);
  }
}

/** A page field of the space that a local names. */
export class PagesPlace {
  constructor(readonly field: PageField, readonly via: Local) {}

  at(page: number): number {
    return this.field.at(this.via.v, page);
  }

  runEnd(page: number): number {
    return this.field.runEnd(this.via.v, page);
  }

  find(first: number, end: number, wanted: (value: number) => boolean): number {
    return this.field.find(this.via.v, first, end, wanted);
  }

  add(first: number, count: number, by: number): void {
    this.field.add(this.via.v, first, count, by);
  }

  assign(first: number, count: number, value: number): void {
    this.field.assign(this.via.v, first, count, value);
  }
}

/** A column of any row: for steps that look rows up. */
export class EveryRow {
  constructor(readonly column: Column | PageField) {}
}

/** What a step reads or writes, as data: resolved by the engine, audited by tests. */
export type Term = Place | PagesPlace | EveryRow;

export const at = (column: Column, via: Local): Place => new Place(column, via);
export const pagesAt = (field: PageField, via: Local): PagesPlace => new PagesPlace(field, via);
export const every = (...columns: readonly (Column | PageField)[]): EveryRow[] => columns.map(column => new EveryRow(column));

/** The locals of a mechanism in order; the leading ones are its arguments. */
export type Frame<Name extends string> = { readonly [K in Name]: Local };

export function frame<const Names extends readonly string[]>(...names: Names): Frame<Names[number]> {
  return Object.fromEntries(names.map((name, off) => [name, new Local(name, off)])) as Frame<Names[number]>;
}
