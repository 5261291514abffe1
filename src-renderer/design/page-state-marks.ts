import type { PageStateId } from '@shared/trace/page-state';

/** How a state looks besides its colour: the second cue for those who cannot rely on colour. */
export type MarkPattern = 'solid' | 'hatch' | 'stripe' | 'outline';

/** The one look of a page state in topology bars, timeline, page map, chips and legends. */
export interface PageStateMark {
  readonly id: PageStateId | 'violation';
  readonly label: string;
  /** Custom property of tokens.css that holds its colour. */
  readonly cssVar: string;
  readonly glyph: string;
  readonly pattern: MarkPattern;
  /** One sentence for tooltips and legends. */
  readonly doc: string;
}

const mark = (id: PageStateMark['id'], label: string, glyph: string, pattern: MarkPattern, doc: string): PageStateMark =>
  ({ id, label, cssVar: `--state-${id}`, glyph, pattern, doc });

export const PAGE_STATE_MARKS: Readonly<Record<PageStateMark['id'], PageStateMark>> = {
  free: mark('free', 'free', '·', 'solid', 'nobody uses the frame; its block may be allocated'),
  file: mark('file', 'file block', '▪', 'solid', 'a file owns the block; nothing maps or holds it'),
  mapped: mark('mapped', 'mapped', '■', 'solid', 'at least one page-table entry maps it'),
  'short-pin': mark('short-pin', 'short pin', '◆', 'solid', 'pinned for one transfer: an O_DIRECT request or a bio'),
  'long-pin': mark('long-pin', 'long-term pin', '●', 'solid', 'pinned until user space lets go: a memory registration'),
  referenced: mark('referenced', 'referenced', '○', 'solid', 'somebody holds a reference that does not count as a pin'),
  dma: mark('dma', 'under DMA', '▤', 'stripe', 'a device reads or writes it now'),
  busy: mark('busy', 'busy extent', '▨', 'hatch', 'freed, but a device still held it: may not be used again yet'),
  'in-transaction': mark('in-transaction', 'in transaction', '□', 'outline', 'freed by a transaction that is not on disk yet'),
  anon: mark('anon', 'anonymous', '▲', 'solid', 'anonymous memory of a process'),
  private: mark('private', 'device-private', '◈', 'solid', 'memory of a GPU that the CPU cannot reach; a virtual page is there'),
  bar: mark('bar', 'BAR memory', '▥', 'solid', 'peer-to-peer memory of a PCI device that somebody has'),
  violation: mark('violation', 'violation', '!', 'outline', 'an invariant broke here'),
};

/** In the order in which legends list them. */
export const LEGEND_STATES: readonly PageStateId[] =
  ['free', 'file', 'mapped', 'anon', 'referenced', 'short-pin', 'long-pin', 'dma', 'busy', 'in-transaction', 'private', 'bar'];
