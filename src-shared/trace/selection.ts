import { accepted, refused, type Result } from '../base/result';
import type { State } from '../state/arena';
import type { Row } from '../state/dictionary';
import { files, mappings, processes } from '../state/tables';
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
 * Reads "page:0x80042", "page:F:1" (file, mapping or memory, and index; "page:child/buf:1" in the address space of a child),
 * "task:admin" or "op:admin.1". Refuses with what was expected. A named page is the frame behind it now, so the answer depends on `state`.
 */
export function parseSelection(text: string, run: RunDescription, state: State): Result<Selection, string> {
  const [kind, first = '', second] = text.split(':');
  if (kind === 'page') return second === undefined ? framePage(first) : namedPage(first, second, run, state);
  if (kind === 'task') {
    const nth = run.actors.findIndex(actor => actor.name === first);
    return nth >= 0 ? accepted({ kind: 'actor', nth }) : refused(`no actor "${first}"; there are ${run.actors.map(actor => actor.name).join(', ')}`);
  }
  if (kind === 'op') {
    const nth = run.operations.findIndex(operation => operation.name === first);
    return nth >= 0 ? accepted({ kind: 'operation', nth }) : refused(`no operation "${first}"; there are ${run.operations.map(operation => operation.name).join(', ')}`);
  }
  return refused(`"${text}" selects nothing; expected page:PFN, page:NAME:INDEX, task:ACTOR or op:ACTOR.N`);
}

function framePage(text: string): Result<Selection, string> {
  const pfn = Number(text);
  return text !== '' && Number.isSafeInteger(pfn) && pfn >= 0 ? accepted({ kind: 'page', pfn }) : refused(`"${text}" is not a pfn`);
}

/** A page by what a lab calls it; where a mapping and something else share a name, the mapping is meant, as in expectations. */
function namedPage(name: string, indexText: string, run: RunDescription, state: State): Result<Selection, string> {
  const index = Number(indexText);
  if (indexText === '' || !Number.isSafeInteger(index) || index < 0) return refused(`"${indexText}" is not a page index`);
  const [mappingName = '', processName] = name.split('/').reverse();
  const mapping = run.mappings.find(candidate => candidate.name === mappingName);
  const space = run.processes.find(candidate => candidate.name === processName);
  if (mapping !== undefined && (processName === undefined || space !== undefined)) return mappedPage(name, index, mapping.row, space?.row ?? mappings.process.in(state, mapping.row), state);
  const file = run.files.find(candidate => candidate.name === name);
  if (file !== undefined) return filePage(name, index, file.row, state);
  const memory = run.memories.find(({ node }) => node === name);
  if (memory === undefined) {
    const known = [...run.files, ...run.mappings].map(candidate => candidate.name).concat(run.memories.map(({ node }) => node));
    return refused(`no file, mapping or memory "${name}"; there are ${known.join(', ')}`);
  }
  return index < memory.pageCount ? accepted({ kind: 'page', pfn: memory.firstPfn + index }) : refused(`${name} ends before page ${index}: it has ${memory.pageCount}`);
}

function mappedPage(name: string, index: number, mapping: Row, space: Row, state: State): Result<Selection, string> {
  if (index >= mappings.pageCount.in(state, mapping)) return refused(`page ${index} of ${name} is not mapped here`);
  const vpn = mappings.vpnFirst.in(state, mapping) + index;
  const entry = processes.pte.spec.names?.[processes.pte.in(state, space, vpn)] ?? 'none';
  if (WITHOUT_FRAME.has(entry)) return refused(`page ${index} of ${name} has no frame of its own here: its page-table entry is ${entry}`);
  return accepted({ kind: 'page', pfn: vpn + processes.pfnDelta.in(state, space, vpn) });
}

/** Entries that name no frame, and that of the zero page, which is nobody's. */
const WITHOUT_FRAME: ReadonlySet<string> = new Set(['none', 'swap', 'zero page']);

function filePage(name: string, index: number, file: Row, state: State): Result<Selection, string> {
  const pfn = frameOfFilePage(state, file, index);
  if (pfn !== null) return accepted({ kind: 'page', pfn });
  return refused(isCached(state, file) ? `page ${index} of ${name} is not in the page cache here` : `page ${index} of ${name} is a hole here: no frame lies behind it`);
}

const isCached = (state: State, file: Row): boolean => files.dax.in(state, file) === 0 && files.fs.in(state, file) !== 0;

/** The frame behind a page of a file: of the page cache, or the block itself where the file is DAX. Null where there is none. */
export function frameOfFilePage(state: State, file: Row, index: number): number | null {
  if (isCached(state, file)) return files.cached.in(state, file, index) === 1 ? index + files.cacheDelta.in(state, file, index) : null;
  return files.kind.in(state, file, index) === 0 ? null : index + files.blockDelta.in(state, file, index);
}
