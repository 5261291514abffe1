import type { State } from '../state/arena';
import type { Row } from '../state/dictionary';
import { valueAt } from '../state/page-runs';
import { files, hosts } from '../state/tables';
import { PMD_PAGES } from '../units/pages';
import { showPages } from '../units/show';
import { frameName, memoryOf, processName } from './names';
import { mappingsOf } from './page-mappings';
import type { RunDescription } from './run-description';

/** Frames [first, end) of the folio that a frame is part of. */
export function folioFrames(state: State, host: Row, pfn: number): readonly [first: number, end: number] {
  const pages = 2 ** valueAt(state, host, hosts.order.field, pfn);
  const first = pfn - (pfn % pages);
  return [first, first + pages];
}

/** "512 pages from F:0", the folio that a frame is part of; null where it is a page by itself. */
export function folioText(state: State, run: RunDescription, pfn: number): string | null {
  const [first, end] = folioFrames(state, run.host, pfn);
  return end - first === 1 ? null : `${showPages(end - first)} from ${frameName(state, run, first)}`;
}

/** "A by a PMD, B": which processes map a frame, and how; null where none does. */
export function mappersText(state: State, run: RunDescription, pfn: number): string | null {
  const how = new Map<Row, Set<boolean>>();
  for (const { process, isHuge } of mappingsOf(state, pfn)) how.set(process, (how.get(process) ?? new Set()).add(isHuge));
  if (how.size === 0) return null;
  return [...how].map(([process, sizes]) => processName(run, process) + (sizes.has(true) ? (sizes.has(false) ? ' by a PMD and a PTE' : ' by a PMD') : '')).join(', ');
}

/** "2 MiB from F:0, dirty": the DAX mapping entry that names a frame; null where no file has one. */
export function daxEntryText(state: State, run: RunDescription, pfn: number): string | null {
  const nth = valueAt(state, run.host, hosts.mapping.field, pfn);
  const file = run.files[nth - 1]?.row;
  if (file === undefined || memoryOf(run, pfn)?.type !== 'fsdax') return null;
  const index = pfn + valueAt(state, run.host, hosts.ownerDelta.field, pfn);
  const isHuge = valueAt(state, file, files.entryHuge.field, index) === 1;
  const first = isHuge ? pfn - (index % PMD_PAGES) : pfn;
  return `${isHuge ? '2 MiB' : '4 KiB'} from ${frameName(state, run, first)}, ${files.tag.spec.names?.[valueAt(state, file, files.tag.field, index)] ?? ''}`;
}
