import { assert } from '../base/assert';

/** JSON as lab files hold it. */
export type LabValue = string | number | boolean | null | readonly LabValue[] | { readonly [key: string]: LabValue };

/** Keys from the root: `['topology', 'nodes', 'nic0', 'kind']`, `['actors', 'app', 'ops', 2]`. */
export type LabPath = readonly (string | number)[];

/**
 * One reversible change: the value at `path` was `before` and becomes `after`; undefined is absent. In a map `order` is the
 * place of the key among its siblings where it comes or goes, so that undo restores the text and not only the meaning.
 * In a list an absent value means insertion or removal at that index.
 */
export interface LabEdit {
  readonly path: LabPath;
  readonly before: LabValue | undefined;
  readonly after: LabValue | undefined;
  readonly order: number | undefined;
}

/** Edits in the order in which they apply. */
export type LabDiff = readonly LabEdit[];

/** Makes a diff against a document, edit by edit: each method sees what the earlier ones did. */
export class LabEdits {
  private readonly edits: LabEdit[] = [];

  constructor(private document: LabValue) {}

  /** Sets what is at `path`; undefined removes it. Maps on the way that are absent come into being. */
  set(path: LabPath, after: LabValue | undefined): this {
    if (after !== undefined) this.makeParents(path);
    const before = valueAt(this.document, path);
    if (same(before, after)) return this;
    const order = before === undefined || after === undefined ? orderOf(this.document, path) : undefined;
    return this.add({ path, before, after, order });
  }

  /** Inserts into the list at `path` before its `index`-th item. */
  insert(path: LabPath, index: number, item: LabValue): this {
    return this.add({ path: [...path, index], before: undefined, after: item, order: undefined });
  }

  /** Removes the `index`-th item of the list at `path`. */
  removeItem(path: LabPath, index: number): this {
    return this.add({ path: [...path, index], before: valueAt(this.document, [...path, index]), after: undefined, order: undefined });
  }

  /** Renames a key of a map; it keeps its place. */
  rename(path: LabPath, to: string): this {
    const value = valueAt(this.document, path);
    assert(value !== undefined, 'what is renamed is there', { path: path.join('.') });
    const order = orderOf(this.document, path);
    this.add({ path, before: value, after: undefined, order });
    return this.add({ path: [...path.slice(0, -1), to], before: undefined, after: value, order });
  }

  diff(): LabDiff {
    return this.edits;
  }

  private add(edit: LabEdit): this {
    this.document = applyEdit(this.document, edit);
    this.edits.push(edit);
    return this;
  }

  private makeParents(path: LabPath): void {
    for (let depth = 1; depth < path.length; depth++) {
      const parent = path.slice(0, depth);
      if (valueAt(this.document, parent) === undefined) this.add({ path: parent, before: undefined, after: {}, order: orderOf(this.document, parent) });
    }
  }
}

export function applyDiff(document: LabValue, diff: LabDiff): LabValue {
  return diff.reduce(applyEdit, document);
}

/** The diff that takes `diff` back. */
export function invertDiff(diff: LabDiff): LabDiff {
  return [...diff].reverse().map(({ path, before, after, order }) => ({ path, before: after, after: before, order }));
}

export function valueAt(document: LabValue, path: LabPath): LabValue | undefined {
  let value: LabValue | undefined = document;
  for (const key of path) {
    if (isList(value)) value = value[Number(key)];
    else value = isMap(value) ? value[key] : undefined;
  }
  return value;
}

function applyEdit(document: LabValue, edit: LabEdit): LabValue {
  assert(edit.path.length > 0, 'an edit changes something inside the document');
  assert(same(valueAt(document, edit.path), edit.before) || insertsItem(document, edit), 'an edit applies to the document it was made for', { path: edit.path.join('.') });
  return changed(document, edit.path, edit);
}

const insertsItem = (document: LabValue, { path, before }: LabEdit): boolean => before === undefined && isList(valueAt(document, path.slice(0, -1)));

function changed(value: LabValue, path: LabPath, edit: LabEdit): LabValue {
  const [key, ...rest] = path as readonly [string | number, ...(string | number)[]];
  if (isList(value)) return rest.length === 0 ? listWith(value, Number(key), edit) : value.with(Number(key), changed(value[Number(key)], rest, edit));
  assert(isMap(value), 'a path leads through maps and lists', { path: edit.path.join('.') });
  return rest.length === 0 ? mapWith(value, String(key), edit) : { ...value, [key]: changed(value[key], rest, edit) };
}

function listWith(list: readonly LabValue[], index: number, { before, after }: LabEdit): LabValue {
  if (before === undefined) return list.toSpliced(index, 0, after!);
  return after === undefined ? list.toSpliced(index, 1) : list.with(index, after);
}

function mapWith(map: Readonly<Record<string, LabValue>>, key: string, { before, after, order }: LabEdit): LabValue {
  if (before !== undefined && after !== undefined) return { ...map, [key]: after };
  const entries = Object.entries(map).filter(([name]) => name !== key);
  if (after !== undefined) entries.splice(order ?? entries.length, 0, [key, after]);
  return Object.fromEntries(entries);
}

/** Place of the last key of `path` among its siblings; behind them if it is absent. */
function orderOf(document: LabValue, path: LabPath): number | undefined {
  const parent = valueAt(document, path.slice(0, -1));
  if (!isMap(parent)) return undefined;
  const keys = Object.keys(parent);
  const at = keys.indexOf(String(path.at(-1)));
  return at < 0 ? keys.length : at;
}

const isList = (value: LabValue | undefined): value is readonly LabValue[] => Array.isArray(value);
const isMap = (value: LabValue | undefined): value is Readonly<Record<string, LabValue>> => typeof value === 'object' && value !== null && !Array.isArray(value);

/** Equal as JSON, order of keys included: the text is part of the document. */
const same = (a: LabValue | undefined, b: LabValue | undefined): boolean => a === b || JSON.stringify(a) === JSON.stringify(b);
