import { isMap, isScalar, isSeq, type Document, type Node, type Pair, type Scalar, type YAMLMap, type YAMLSeq } from 'yaml';
import type { Lab } from '@shared/lab/lab';
import { labFromFile, labToFile, type Plain } from '@shared/lab/lab-form';
import { shapedLab } from '@shared/lab/lab-shape';
import { aligned } from './align-lists';
import { expandAliases, freshYaml, graft, parseKeepingTokens, styled } from './yaml-text';

type PlainMap = { readonly [key: string]: Plain };

/**
 * The text of a lab file that says what `lab` says. What did not change keeps its bytes; comments, order and fields that
 * this version does not know stay with the things they belong to, through renames too. An empty text gives a new file.
 */
export function writeLab(text: string, lab: Lab): string {
  const now = labToFile(lab);
  const document = parseKeepingTokens(text);
  const before = document === null ? null : plainIn(document.value);
  if (document === null || before === null) return freshYaml(now);
  if (equal(before, now)) return text;
  expandAliases(document.value);
  return graft(document, new Merge(document.value).into(before, now)) ?? freshYaml(now);
}

/** The file form of what a document says, without the fields that nobody knows; null if it is no lab. */
function plainIn(document: Document): Plain | null {
  const shaped = shapedLab(document.toJS() as Plain);
  return shaped.ok ? labToFile(labFromFile(shaped.value.form)) : null;
}

const isPlainMap = (value: Plain): value is PlainMap => typeof value === 'object' && value !== null && !Array.isArray(value);

function equal(a: Plain, b: Plain): boolean {
  if (a === b) return true;
  if (Array.isArray(a)) return Array.isArray(b) && a.length === b.length && a.every((item: Plain, at) => equal(item, b[at] as Plain));
  if (!isPlainMap(a) || !isPlainMap(b)) return false;
  const keys = Object.keys(a);
  return keys.length === Object.keys(b).length && keys.every(key => Object.hasOwn(b, key) && equal(a[key] as Plain, b[key] as Plain));
}

/** Changes a document in place and notes which of its nodes it touched. */
class Merge {
  private readonly touched = new Set<unknown>();

  constructor(private readonly document: Document) {}

  /** Returns the nodes that no longer say what they said. */
  into(before: Plain, now: Plain): ReadonlySet<unknown> {
    this.document.contents = this.node(this.document.contents as Node, before, now);
    return this.touched;
  }

  private node(node: Node, before: Plain, now: Plain): Node {
    if (equal(before, now)) return node;
    this.touched.add(node);
    if (isMap(node) && isPlainMap(before) && isPlainMap(now)) return this.map(node, before, now);
    if (isSeq(node) && Array.isArray(before) && Array.isArray(now)) return this.list(node, before, now);
    const fresh = styled(this.document, now);
    fresh.commentBefore = node.commentBefore ?? null;
    fresh.comment = node.comment ?? null;
    fresh.spaceBefore = node.spaceBefore ?? false;
    if (isScalar(node) && isScalar(fresh) && typeof node.value === 'string' && typeof now === 'string' && node.type !== undefined) fresh.type = node.type;
    return fresh;
  }

  private map(node: YAMLMap, before: PlainMap, now: PlainMap): Node {
    const gone = Object.keys(before).filter(key => !Object.hasOwn(now, key));
    const added = Object.keys(now).filter(key => !Object.hasOwn(before, key));
    const renamed = new Map<string, string>();
    for (const key of gone) {
      const target = added.find(candidate => ![...renamed.values()].includes(candidate) && equal(before[key] as Plain, now[candidate] as Plain));
      const pair = pairOf(node, key);
      if (target === undefined) node.items.splice(node.items.indexOf(pair), 1);
      else {
        renamed.set(key, target);
        this.touched.add(pair);
        (pair.key as Scalar).value = target;
      }
    }
    let previous: Pair | null = null;
    for (const [key, value] of Object.entries(now)) {
      const isNew = !Object.hasOwn(before, key) && ![...renamed.values()].includes(key);
      const pair: Pair = isNew ? this.document.createPair(key, null) : pairOf(node, key);
      if (isNew) {
        pair.value = styled(this.document, value);
        node.items.splice(previous === null ? 0 : node.items.indexOf(previous) + 1, 0, pair);
      } else if (Object.hasOwn(before, key)) {
        if (!equal(before[key] as Plain, value)) this.touched.add(pair);
        pair.value = this.node(pair.value as Node, before[key] as Plain, value);
      }
      previous = pair;
    }
    return node;
  }

  private list(node: YAMLSeq, before: readonly Plain[], now: readonly Plain[]): Node {
    const items = node.items as Node[];
    node.items = aligned(before, now, equal).map(({ from, to }) => {
      if (from === null) return styled(this.document, now[to] as Plain);
      return this.node(items[from] as Node, before[from] as Plain, now[to] as Plain);
    });
    return node;
  }
}

function pairOf(map: YAMLMap, key: string): Pair {
  const pair = map.items.find(candidate => String(isScalar(candidate.key) ? candidate.key.value : candidate.key) === key);
  if (pair === undefined) throw new Error(`the document has no key ${key}`);
  return pair;
}
