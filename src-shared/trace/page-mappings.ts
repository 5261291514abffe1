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

/** Who maps a frame, or any of the frames up to `endPfn`: the first virtual page of each run of entries. Cost grows with the runs of the page tables. */
export function* mappingsOf(state: State, pfn: number, endPfn = pfn + 1): Generator<PageMapping> {
  for (const process of processes.$.rows(state)) {
    for (const { first, count, value } of runsIn(state, process, processes.pte.field)) {
      if (value !== ZERO_PAGE) yield* inRun(state, process, pfn, endPfn, first, first + count);
    }
  }
}

const ZERO_PAGE = processes.pte.valueOf('zero page');

function* inRun(state: State, process: Row, pfn: number, endPfn: number, first: number, end: number): Generator<PageMapping> {
  const field = processes.pfnDelta.field;
  for (let page = first; page < end; page = Math.min(end, runEnd(state, process, field, page))) {
    const delta = valueAt(state, process, field, page);
    const vpn = Math.max(page, pfn - delta);
    if (vpn < Math.min(end, runEnd(state, process, field, page), endPfn - delta)) yield { process, vpn, isHuge: valueAt(state, process, processes.huge.field, vpn) === 1 };
  }
}
