import type { State } from '../state/arena';
import type { Row } from '../state/dictionary';
import { runEnd, runsIn, valueAt } from '../state/page-runs';
import { processes } from '../state/tables';

/** Page-table entries that map a frame: one a process and virtual page. */
export interface PageMapping {
  readonly process: Row;
  readonly vpn: number;
  /** The entry is a PMD of 2 MiB. */
  readonly isHuge: boolean;
}

/** Who maps a frame. Cost grows with the runs of the page tables. */
export function* mappingsOf(state: State, pfn: number): Generator<PageMapping> {
  for (const process of processes.$.rows(state)) {
    for (const { first, count, value } of runsIn(state, process, processes.pte.field)) {
      if (value !== ZERO_PAGE) yield* inRun(state, process, pfn, first, first + count);
    }
  }
}

const ZERO_PAGE = processes.pte.valueOf('zero page');

function* inRun(state: State, process: Row, pfn: number, first: number, end: number): Generator<PageMapping> {
  const field = processes.pfnDelta.field;
  for (let page = first; page < end; page = Math.min(end, runEnd(state, process, field, page))) {
    const vpn = pfn - valueAt(state, process, field, page);
    if (page <= vpn && vpn < Math.min(end, runEnd(state, process, field, page))) yield { process, vpn, isHuge: valueAt(state, process, processes.huge.field, vpn) === 1 };
  }
}
