import type { PageStateId } from '@shared/trace/page-state';
import { markup, type Markup } from './html';

/** Words for the states of a page, as in the app. `hole` is a file page without a block. */
export const STATE_LABELS: Readonly<Record<PageStateId | 'hole', string>> = {
  free: 'free', file: 'file block', mapped: 'mapped', 'short-pin': 'short pin', 'long-pin': 'long-term pin', referenced: 'referenced',
  dma: 'under DMA', busy: 'busy extent', 'in-transaction': 'in transaction', anon: 'anonymous', private: 'device-private', bar: 'BAR memory', hole: 'hole',
};

/** A second cue beside colour, for those who cannot rely on it. */
const GLYPHS: Readonly<Record<PageStateId | 'hole', string>> = {
  free: '·', file: '▪', mapped: '■', 'short-pin': '◆', 'long-pin': '●', referenced: '○', dma: '▤', busy: '▨', 'in-transaction': '□', anon: '▲', private: '◈', bar: '▥', hole: '–',
};

export const stateChip = (state: PageStateId | 'hole'): Markup =>
  markup`<span class="chip"><i class="swatch s-${state}">${GLYPHS[state]}</i>${STATE_LABELS[state]}</span>`;

/** Patterns that bars refer to; once in a document. */
export const patterns = (): Markup => markup`<svg width="0" height="0" aria-hidden="true" class="defs"><defs>
<pattern id="p-dma" width="8" height="8" patternUnits="userSpaceOnUse" patternTransform="rotate(45)"><rect width="8" height="8" fill="var(--dma-ground)"/><rect width="4" height="8" fill="var(--state-dma)"/></pattern>
<pattern id="p-busy" width="6" height="6" patternUnits="userSpaceOnUse" patternTransform="rotate(45)"><rect width="6" height="6" fill="var(--raised)"/><rect width="2.4" height="6" fill="var(--state-busy)"/></pattern>
<pattern id="p-blocked" width="6" height="6" patternUnits="userSpaceOnUse" patternTransform="rotate(-45)"><rect width="6" height="6" fill="var(--raised)"/><rect width="1" height="6" fill="var(--line)"/></pattern>
</defs></svg>`;

/** Fill of a bar that shows a state. */
export function stateFill(state: PageStateId | 'hole'): string {
  switch (state) {
    case 'dma': return 'url(#p-dma)';
    case 'busy': return 'url(#p-busy)';
    case 'in-transaction': case 'hole': return 'var(--raised)';
    case 'free': case 'file': case 'mapped': case 'short-pin': case 'long-pin': case 'referenced': case 'anon': case 'private': case 'bar': return `var(--state-${state})`;
  }
}
