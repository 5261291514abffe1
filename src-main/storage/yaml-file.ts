import { LineCounter, parseDocument, isAlias, isMap, isScalar, isSeq, type Document, type Node, type Pair } from 'yaml';
import { accepted, refused, type Result } from '@shared/base/result';
import type { LabPath } from '@shared/lab/lab-check';
import type { Diagnostic } from '@shared/protocol/commands';
import { showBytes } from '@shared/units/show';

/** A lab written by hand is a few KiB. Four times this much takes the YAML parser up to a minute to refuse (measured). */
export const FILE_CHARACTERS_MAX = 2 ** 20;
/** Below this, whatever is in the file is parsed at once; above, it must at least mention its version. */
const FILE_CHARACTERS_SMALL = 64 * 2 ** 10;
/** Open brackets that may stand before their closing ones; the parser recurses. */
const BRACKETS_MAX = 500;
/** Nodes that aliases may multiply into before a file counts as an attack. */
const ALIASES_MAX = 100;

export interface YamlFile {
  readonly name: string;
  readonly document: Document.Parsed;
  readonly lines: LineCounter;
}

/** Parses one YAML document. Refuses with exactly one diagnostic: what follows a syntax error is seldom meant. */
export function parseYaml(text: string, name: string): Result<YamlFile, Diagnostic> {
  const fault = (message: string, line = 1, column = 1): Result<YamlFile, Diagnostic> => refused({ severity: 'error', message, file: name, line, column });
  if (text.length > FILE_CHARACTERS_MAX) {
    return fault(`This file has ${showBytes(text.length)}; a lab may have ${showBytes(FILE_CHARACTERS_MAX)}. Is it a lab file (*.lab.yaml)?`);
  }
  const binary = /(?![\t\n\v\f\r])\p{Cc}|\ufffd/u.exec(text);
  if (binary !== null) {
    const before = text.slice(0, binary.index).split('\n');
    return fault('This is binary data, not text; expected a lab file (*.lab.yaml).', before.length, (before.at(-1)?.length ?? 0) + 1);
  }
  if (text.length > FILE_CHARACTERS_SMALL && !/\bversion\b/.test(text)) return fault('This is not a lab; expected a map with version, title, topology and actors.');
  if (isNestedTooDeep(text)) return fault(`This is nested deeper than ${BRACKETS_MAX} brackets; a lab needs less than ten.`);
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false });
  const first = document.errors[0];
  if (first !== undefined) {
    const { line, col } = lines.linePos(first.pos[0]);
    return fault(`${yamlProblem(first.code, first.message)} Correct the YAML here.`, line, col);
  }
  return accepted({ name, document, lines });
}

function isNestedTooDeep(text: string): boolean {
  let open = 0;
  for (const [bracket] of text.matchAll(/[[\]{}]/g)) {
    open = Math.max(0, open + (bracket === '[' || bracket === '{' ? 1 : -1));
    if (open > BRACKETS_MAX) return true;
  }
  return false;
}

function yamlProblem(code: string, message: string): string {
  if (message.startsWith('Maximum call stack')) return 'This is nested too deep.';
  const sentence = message.replace(/\.?$/, '.');
  return code === 'DUPLICATE_KEY' ? 'This key stands twice in one map; keep one of them.' : sentence;
}

/** What the document says as plain data; refuses alias bombs. */
export function plainOf(file: YamlFile): Result<unknown, Diagnostic> {
  try {
    return accepted(file.document.toJS({ maxAliasCount: ALIASES_MAX }));
  } catch (error) {
    if (!(error instanceof ReferenceError)) throw error;
    return refused({ severity: 'error', message: `${error.message.replace(/\.?$/, '.')} A lab may use an alias at most ${ALIASES_MAX} times; write the parts out.`, file: file.name, line: 1, column: 1 });
  }
}

/** Line and column of the deepest part of the document that lies on `path`. A path may be that of a lab or of its file. */
export function locate(file: YamlFile, path: LabPath, at: 'key' | 'value'): { readonly line: number; readonly column: number } {
  let node: unknown = file.document.contents;
  let offset = startOf(node) ?? 0;
  for (const [depth, key] of path.entries()) {
    const step = childOf(node, key);
    if (step === null) break;
    const isLast = depth === path.length - 1;
    const wantsKey = (isLast && at === 'key') || !isScalar(step.value);
    offset = (wantsKey ? startOf(step.key) : null) ?? startOf(step.value) ?? startOf(step.key) ?? offset;
    node = step.value;
  }
  const { line, col } = file.lines.linePos(offset);
  return { line, column: col };
}

const startOf = (node: unknown): number | null => (isScalar(node) || isMap(node) || isSeq(node) || isAlias(node) ? node.range?.[0] ?? null : null);

interface Step {
  readonly key: unknown;
  readonly value: unknown;
}

function childOf(node: unknown, key: string | number): Step | null {
  if (isSeq(node)) {
    const item = typeof key === 'number' ? node.items[key] : undefined;
    return item === undefined ? null : { key: item, value: item };
  }
  if (isScalar(node)) return key === 'word' ? { key: node, value: node } : null;
  if (!isMap(node)) return null;
  const pair = (node.items as Pair<Node, Node | null>[]).find(candidate => isScalar(candidate.key) && String(candidate.key.value) === String(key));
  if (pair !== undefined) return pair;
  // An operation of a lab has `word` and `parameters`; in its file it is a map from the one to the other.
  const only = node.items.length === 1 ? node.items[0] : undefined;
  if (only === undefined) return null;
  if (key === 'word') return { key: only.key, value: only.key };
  return key === 'parameters' ? only : null;
}
