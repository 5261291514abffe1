import { Composer, CST, Document, isMap, isNode, isSeq, Parser, visit, type Node, type Pair, type YAMLMap, type YAMLSeq } from 'yaml';
import type { Plain } from '@shared/lab/lab-form';

/** A document and the tokens it came from, from which its text can be made again byte by byte. */
export interface TokenDocument {
  readonly text: string;
  readonly tokens: readonly CST.Token[];
  readonly value: Document;
}

/** Null if the text is empty or not one well-formed document. */
export function parseKeepingTokens(text: string): TokenDocument | null {
  // A last line without its end could not be followed by another.
  const whole = text.endsWith('\n') ? text : `${text}\n`;
  const tokens = [...new Parser().parse(whole)];
  const [document, second] = new Composer({ keepSourceTokens: true }).compose(tokens);
  if (document === undefined || second !== undefined || document.errors.length > 0 || !isNode(document.contents)) return null;
  return { text, tokens, value: document };
}

/** Writes every alias out: a part that changes must not change the others that were the same. */
export function expandAliases(document: Document): void {
  visit(document, { Alias: (_, alias) => document.createNode(alias.resolve(document)?.toJS(document)) as Node });
  visit(document, { Node: (_, node) => { if ('anchor' in node) delete node.anchor; } });
}

/** Maps this short stand on one line: `{ file: F, size: 0 }`. */
const FLOW_LENGTH_MAX = 120;

/** A node for new data, in the house style: what holds only scalars stands on one line. */
export function styled(document: Document, value: Plain): Node {
  const node = document.createNode(value) as Node;
  putOnOneLine(node, value);
  return node;
}

function putOnOneLine(node: Node, value: Plain): void {
  if (typeof value !== 'object' || value === null) return;
  const items = Object.values(value as Record<string, Plain>);
  const isShort = items.every(item => typeof item !== 'object' || item === null) && JSON.stringify(value).length <= FLOW_LENGTH_MAX;
  if (isMap(node)) {
    node.flow = isShort;
    for (const pair of node.items) if (isNode(pair.value)) putOnOneLine(pair.value, (value as Record<string, Plain>)[String(pair.key)] ?? null);
  } else if (isSeq(node)) {
    node.flow = isShort;
    for (const [at, item] of node.items.entries()) if (isNode(item)) putOnOneLine(item, (value as readonly Plain[])[at] ?? null);
  }
}

/** A new file. */
export function freshYaml(value: Plain): string {
  const document = new Document();
  document.contents = styled(document, value);
  if (isMap(document.contents)) document.contents.flow = false;
  return document.toString({ lineWidth: 0 });
}

/**
 * The text of a changed document: the tokens it came from wherever nothing is touched, freshly written ones elsewhere.
 * Null if even the freshly written text does not say the same, which aliases can cause.
 */
export function graft(source: TokenDocument, touched: ReadonlySet<unknown>): string | null {
  const written = source.value.toString({ lineWidth: 0, ...indentation(source.value) });
  const fresh = parseKeepingTokens(written);
  const wanted = JSON.stringify(source.value.toJS());
  if (fresh === null || JSON.stringify(fresh.value.toJS()) !== wanted) return null;
  const value = new Graft(touched).value(source.value.contents, fresh.value.contents);
  const text = source.tokens.map(token => CST.stringify(token.type === 'document' && value !== null ? { ...token, value } : token)).join('');
  const grafted = parseKeepingTokens(text);
  const isSame = grafted !== null && JSON.stringify(grafted.value.toJS()) === wanted && commentsIn(grafted) === commentsIn(fresh);
  return withLineEnds(isSame ? text : written, source.text);
}

function withLineEnds(text: string, original: string): string {
  const ended = original.endsWith('\n') ? text : text.replace(/\n$/, '');
  return original.includes('\r\n') ? ended.replaceAll(/\r?\n/g, '\r\n') : ended;
}

/** How the file indents, so that what is written anew fits between what stays. */
function indentation(document: Document): { readonly indent: number; readonly indentSeq: boolean } {
  let indent = 2;
  let indentSeq = true;
  const top = document.contents;
  for (const pair of isMap(top) ? top.items : []) {
    const token = isNode(pair.value) ? pair.value.srcToken : undefined;
    if (token?.type === 'block-map' && token.indent > 0) indent = token.indent;
    if (token?.type === 'block-seq') indentSeq = token.indent > 0;
  }
  return { indent, indentSeq };
}

/** All comments of a text, sorted: one that was lost or doubled shows. */
function commentsIn({ tokens }: TokenDocument): string {
  const comments: string[] = [];
  const from = (list: readonly CST.SourceToken[] | undefined): void => {
    for (const token of list ?? []) if (token.type === 'comment') comments.push(token.source.trim());
  };
  const within = (token: CST.Token | null | undefined): void => {
    if (token === null || token === undefined) return;
    if (token.type === 'comment') comments.push(token.source.trim());
    if ('start' in token && Array.isArray(token.start)) from(token.start);
    if ('props' in token) from(token.props as CST.SourceToken[]);
    if ('items' in token) {
      for (const item of token.items) {
        from(item.start);
        within(item.key);
        from(item.sep);
        within(item.value);
      }
    }
    if ('value' in token) within(token.value);
    if ('end' in token) from(token.end);
  };
  tokens.forEach(within);
  return comments.sort().join('\n');
}

/** Whether a value can take the other's place behind the same key: a scalar follows on the line, a block map below it. */
const isSameType = (a: CST.Token | null | undefined, b: CST.Token | null | undefined): boolean => a?.type === b?.type;

const isRenamed = (a: CST.CollectionItem, b: CST.CollectionItem): boolean => keyText(a) !== keyText(b);
const keyText = ({ key }: CST.CollectionItem): string | null => (key !== null && key !== undefined && 'source' in key ? key.source : null);

/** Walks the changed document beside its freshly written copy; both have the same shape. */
class Graft {
  constructor(private readonly touched: ReadonlySet<unknown>) {}

  value(changed: unknown, fresh: unknown): CST.Token | null {
    const source = isNode(changed) ? changed.srcToken : undefined;
    const written = (isNode(fresh) ? fresh.srcToken : undefined) ?? null;
    if (source === undefined) return written;
    if (!this.touched.has(changed)) return source;
    if (isMap(changed) && isMap(fresh) && source.type === 'block-map' && written?.type === 'block-map') return { ...written, items: this.pairs(changed, fresh, source, written) };
    if (isSeq(changed) && isSeq(fresh) && source.type === 'block-seq' && written?.type === 'block-seq') return { ...written, items: this.items(changed, fresh, source, written) };
    return written;
  }

  private pairs(changed: YAMLMap, fresh: YAMLMap, source: CST.BlockMap, written: CST.BlockMap): CST.BlockMap['items'] {
    return written.items.map((item, at) => {
      const pair: Pair | undefined = changed.items[at];
      const original = pair?.srcToken;
      if (pair === undefined || original === undefined) return item;
      // Only the first item begins where its parent left off; the others begin with their own indentation.
      const fits = (source.items.indexOf(original as CST.BlockMap['items'][number]) === 0) === (at === 0);
      if (fits && !this.touched.has(pair)) return original as CST.BlockMap['items'][number];
      const value = this.value(pair.value, fresh.items[at]?.value);
      const around = fits && isSameType(original.value, value) ? { ...original, key: isRenamed(original, item) ? item.key : original.key } : item;
      return { ...around, value } as CST.BlockMap['items'][number];
    });
  }

  private items(changed: YAMLSeq, fresh: YAMLSeq, source: CST.BlockSequence, written: CST.BlockSequence): CST.BlockSequence['items'] {
    return written.items.map((item, at) => {
      const node = changed.items[at];
      const token = isNode(node) ? node.srcToken : undefined;
      const original = token === undefined ? undefined : source.items.find(candidate => candidate.value === token);
      if (original === undefined) return item;
      const fits = (source.items.indexOf(original) === 0) === (at === 0);
      if (fits && !this.touched.has(node)) return original;
      const value = this.value(node, fresh.items[at]);
      return { ...(fits && isSameType(original.value, value) ? original : item), value } as CST.BlockSequence['items'][number];
    });
  }
}
