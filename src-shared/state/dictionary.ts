import { mix } from '../base/hash';

/** Address of a row's header word. 0 is no row. */
export type Row = number;

/** A row that came into being: where, of which table, with which constants (its natural key). */
export interface RowBirth {
  readonly row: Row;
  readonly table: number;
  readonly ids: readonly number[];
}

/** A range boundary that came into being: difference word `slot` says how `field` of `space` changes at `page`. */
export interface BoundaryBirth {
  readonly slot: number;
  readonly space: Row;
  readonly field: number;
  readonly page: number;
}

/** The boundaries of one field of one page space, ascending by page. Positions are shared with {@link PageRuns}. */
export interface Boundaries {
  readonly space: Row;
  readonly field: number;
  readonly pages: number[];
  readonly slots: number[];
  /** Prefix sums of the differences, valid below `clean`: a derived index, never state. */
  readonly prefix: number[];
  clean: number;
  /** Whose differences they sum: two cursors on one trace share the dictionary. */
  reader: object | null;
}

/** Position of the first boundary that lies behind `page`. */
export function positionAfter(pages: readonly number[], page: number): number {
  let low = 0;
  let high = pages.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (pages[middle] <= page) low = middle + 1;
    else high = middle;
  }
  return low;
}

/**
 * What each word of a state means. It only grows and is never undone: a row whose words are all zero is absent, a
 * boundary whose difference is zero is no boundary. So identity never depends on the order of births (architecture 2).
 */
export class Dictionary {
  readonly rows: RowBirth[] = [];
  readonly boundaries: BoundaryBirth[] = [];
  private readonly rowOfKey = new Map<string, Row>();
  private readonly rowsOfTable = new Map<number, Row[]>();
  private readonly boundariesOf = new Map<number, Boundaries>();
  private readonly homeOfSlot: Boundaries[] = [];

  rowOf(table: number, ids: readonly number[]): Row | undefined {
    return this.rowOfKey.get(keyText(table, ids));
  }

  addRow(birth: RowBirth): void {
    this.rows.push(birth);
    this.rowOfKey.set(keyText(birth.table, birth.ids), birth.row);
    const siblings = this.rowsOfTable.get(birth.table);
    if (siblings === undefined) this.rowsOfTable.set(birth.table, [birth.row]);
    else siblings.push(birth.row);
  }

  /** Rows of a table in the order of their birth. */
  rowsIn(table: number): readonly Row[] {
    return this.rowsOfTable.get(table) ?? NO_ROWS;
  }

  boundariesIn(space: Row, field: number): Boundaries {
    const key = space * FIELDS_MAX + field;
    let found = this.boundariesOf.get(key);
    if (found === undefined) {
      found = { space, field, pages: [], slots: [], prefix: [], clean: 0, reader: null };
      this.boundariesOf.set(key, found);
    }
    return found;
  }

  addBoundary(birth: BoundaryBirth): void {
    const home = this.boundariesIn(birth.space, birth.field);
    const at = positionAfter(home.pages, birth.page);
    home.pages.splice(at, 0, birth.page);
    home.slots.splice(at, 0, birth.slot);
    home.prefix.splice(at, 0, 0);
    home.clean = Math.min(home.clean, at);
    this.homeOfSlot[birth.slot] = home;
    this.boundaries.push(birth);
  }

  /** The difference in `slot` changed: prefix sums from there on are stale. */
  touched(slot: number): void {
    const home = this.homeOfSlot[slot];
    if (home.clean === 0) return;
    const at = positionAfter(home.pages, this.boundaries[slot].page) - 1;
    if (at < home.clean) home.clean = at;
  }

  /** All differences may have changed (a keyframe was loaded). */
  touchedAll(): void {
    for (const home of this.boundariesOf.values()) home.clean = 0;
  }
}

/** More page fields than this in one table would collide in the index. */
export const FIELDS_MAX = 32;
const NO_ROWS: readonly Row[] = [];
const keyText = (table: number, ids: readonly number[]): string => `${table}:${ids.join(',')}`;

/** Identity of a row: what it is, never where it lies. `idKeys` are the constants, references as identities. */
export function identityOf(table: number, idKeys: readonly number[]): number {
  let hash = mix(0x5bd1e995, table);
  for (const id of idKeys) hash = mix(hash, id);
  return hash;
}
