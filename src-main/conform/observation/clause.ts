import { accepted, refused, type Result } from '@shared/base/result';

/** One step of an observation: `[who: ]word key=value … [observe]`. */
export interface Clause {
  readonly who: string | null;
  readonly word: string;
  readonly values: Readonly<Record<string, string>>;
  /** It is the call that was observed. */
  readonly observe: boolean;
  /** As it was written. */
  readonly text: string;
}

/** What is wrong with a clause: the clause, and what was expected in its place. */
export interface ClauseProblem {
  readonly clause: string;
  readonly expected: string;
}

const WORD = /^[A-Za-z0-9_-]+$/;

/** Reads a `setup` or `action`: clauses parted by "; ". An empty text means that nothing was prepared. */
export function parseClauses(text: string): Result<readonly Clause[], ClauseProblem> {
  const clauses: Clause[] = [];
  if (text.trim() === '') return accepted(clauses);
  for (const part of text.split(';')) {
    const clause = parseClause(part.trim());
    if (!clause.ok) return clause;
    clauses.push(clause.value);
  }
  return accepted(clauses);
}

function parseClause(text: string): Result<Clause, ClauseProblem> {
  const problem = (expected: string): Result<never, ClauseProblem> => refused({ clause: text, expected });
  const words = text.split(/ +/);
  const who = words[0]?.endsWith(':') === true ? words.shift()!.slice(0, -1) : null;
  if (who !== null && !WORD.test(who)) return problem(`a name before ":", of letters, digits, "-" and "_"; got "${who}"`);
  const observe = words.length > 1 && words.at(-1) === 'observe';
  if (observe) words.pop();
  const word = words.shift() ?? '';
  if (!WORD.test(word)) return problem(`a word of letters, digits, "-" and "_"; got "${word}"`);
  const values: Record<string, string> = {};
  for (const pair of words) {
    const at = pair.indexOf('=');
    const key = pair.slice(0, Math.max(0, at));
    if (!WORD.test(key) || at === pair.length - 1) return problem(`key=value after the word; got "${pair}"`);
    if (key in values) return problem(`each key once; "${key}" stands twice`);
    values[key] = pair.slice(at + 1);
  }
  return accepted({ who, word, values, observe, text });
}
