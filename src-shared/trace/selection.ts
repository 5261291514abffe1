import { accepted, refused, type Result } from '../base/result';
import { files } from '../state/tables';
import type { State } from '../state/arena';
import type { RunDescription } from './run-description';

/** What a person points at: a locator, never a copy. */
export type Selection =
  | { readonly kind: 'none' }
  | { readonly kind: 'page'; readonly pfn: number }
  | { readonly kind: 'actor'; readonly nth: number }
  | { readonly kind: 'operation'; readonly nth: number }
  | { readonly kind: 'node'; readonly id: string }
  | { readonly kind: 'link'; readonly index: number }
  | { readonly kind: 'row'; readonly row: number }
  | { readonly kind: 'step'; readonly index: number };

/**
 * Reads "page:0x80042", "page:F:1" (file and index), "task:admin" or "op:admin.1". Refuses with what was expected.
 * A file page is the frame behind it now, so the answer depends on `state`.
 */
export function parseSelection(text: string, run: RunDescription, state: State): Result<Selection, string> {
  const [kind, first = '', second] = text.split(':');
  if (kind === 'page') return second === undefined ? framePage(first) : filePage(first, second, run, state);
  if (kind === 'task') {
    const nth = run.actors.findIndex(actor => actor.name === first);
    return nth >= 0 ? accepted({ kind: 'actor', nth }) : refused(`no actor "${first}"; there are ${run.actors.map(actor => actor.name).join(', ')}`);
  }
  if (kind === 'op') {
    const nth = run.operations.findIndex(operation => operation.name === first);
    return nth >= 0 ? accepted({ kind: 'operation', nth }) : refused(`no operation "${first}"; there are ${run.operations.map(operation => operation.name).join(', ')}`);
  }
  return refused(`"${text}" selects nothing; expected page:PFN, page:FILE:INDEX, task:ACTOR or op:ACTOR.N`);
}

function framePage(text: string): Result<Selection, string> {
  const pfn = Number(text);
  return text !== '' && Number.isSafeInteger(pfn) && pfn >= 0 ? accepted({ kind: 'page', pfn }) : refused(`"${text}" is not a pfn`);
}

function filePage(name: string, indexText: string, run: RunDescription, state: State): Result<Selection, string> {
  const file = run.files.find(candidate => candidate.name === name);
  if (file === undefined) return refused(`no file "${name}"; there are ${run.files.map(candidate => candidate.name).join(', ')}`);
  const index = Number(indexText);
  if (!Number.isSafeInteger(index) || index < 0) return refused(`"${indexText}" is not a page index`);
  if (files.kind.in(state, file.row, index) === 0) return refused(`page ${index} of ${name} is a hole here: no frame lies behind it`);
  return accepted({ kind: 'page', pfn: index + files.blockDelta.in(state, file.row, index) });
}
