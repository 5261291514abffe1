import type { Row } from '@shared/state/dictionary';
import { nics, workRequests } from '@shared/state/rdma-tables';
import { drives, holders, requests } from '@shared/state/tables';
import { TraceCursor, type Trace } from '@shared/trace/cursor';
import { pageStateAt, type PageStateRun } from '@shared/trace/page-state';
import type { RunDescription } from '@shared/trace/run-description';
import { frameOfFilePage } from '@shared/trace/selection';

/** A frame, or whatever frame lies behind a page of a file; the last one stays watched when the file lets go of it. */
export type WatchedPage = { readonly kind: 'frame'; readonly pfn: number } | { readonly kind: 'file-page'; readonly file: Row; readonly index: number };

/** A stretch of the run in which a page looks the same. */
export interface PageStretch {
  readonly fromNs: number;
  readonly fromStep: number;
  /** Null while no frame lies behind the page. */
  readonly look: PageStateRun | null;
}

/** Rows of these tables decide how a frame looks, besides its own fields. */
const DECIDING = [holders, requests, workRequests, drives, nics];

/** How one page looks during the run, from a walk over the trace that may be made in slices. */
export class PageHistory {
  /** Each reaches to the next, the last to the end. */
  readonly stretches: PageStretch[] = [];
  private walked = 0;
  private pfn = -1;
  private readonly cursor: TraceCursor;
  private readonly decides: Uint8Array;

  constructor(private readonly trace: Trace, private readonly run: RunDescription, private readonly page: WatchedPage) {
    this.cursor = new TraceCursor(trace);
    this.decides = decidingWords(trace);
    if (trace.steps > 0) this.look(0);
  }

  /** Walks at most `steps` more steps; true once the whole trace was walked. */
  advance(steps: number): boolean {
    const until = Math.min(this.trace.steps, this.walked + steps);
    while (this.walked < until) {
      this.walked++;
      if (this.mayChangeAt(this.walked - 1)) this.look(this.walked);
    }
    return this.walked === this.trace.steps;
  }

  private mayChangeAt(step: number): boolean {
    const chunk = this.trace.chunkHolding(step);
    const at = step - chunk.firstStep;
    for (let i = at === 0 ? 0 : chunk.logEnd[at - 1]!; i < chunk.logEnd[at]!; i += 3) {
      const word = chunk.log[i]!;
      if (word < 0 || this.decides[word] === 1) return true;
    }
    return false;
  }

  private look(position: number): void {
    this.cursor.seek(position);
    this.follow();
    const look = this.pfn < 0 ? null : pageStateAt(this.cursor, this.run, this.pfn);
    const last = this.stretches.at(-1);
    if (last !== undefined && looksAlike(last.look, look)) return;
    this.stretches.push({ fromNs: position === 0 ? 0 : this.trace.stepAt(position - 1).timeNs, fromStep: Math.max(0, position - 1), look });
  }

  private follow(): void {
    if (this.page.kind === 'frame') this.pfn = this.page.pfn;
    else this.pfn = frameOfFilePage(this.cursor, this.page.file, this.page.index) ?? this.pfn;
  }
}

const looksAlike = (a: PageStateRun | null, b: PageStateRun | null): boolean =>
  a === b || (a !== null && b !== null && a.first === b.first && a.state === b.state && a.owner === b.owner && a.refs === b.refs && a.pins === b.pins);

function decidingWords(trace: Trace): Uint8Array {
  const wordsOf = new Map(DECIDING.map(({ $ }) => [$.id, $.shape.words]));
  const { rows } = trace.dictionary;
  const decides = new Uint8Array(rows.reduce((end, { row, table }) => Math.max(end, row + (wordsOf.get(table) ?? 0)), 0));
  for (const { row, table } of rows) decides.fill(1, row, row + (wordsOf.get(table) ?? 0));
  return decides;
}

/** Reads "F:1" (file and index) or "0x80001" of a lab's watch list; null if it names neither. */
export function watchedPage(text: string, run: RunDescription): WatchedPage | null {
  const [name = '', index] = text.split(':');
  if (index === undefined) return Number.isSafeInteger(Number(name)) ? { kind: 'frame', pfn: Number(name) } : null;
  const file = run.files.find(candidate => candidate.name === name);
  return file === undefined ? null : { kind: 'file-page', file: file.row, index: Number(index) };
}
