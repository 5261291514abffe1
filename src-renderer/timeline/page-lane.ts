import { showCount, showPfn } from '@shared/units/show';
import type { RunDescription } from '@shared/trace/run-description';
import type { Selection } from '@shared/trace/selection';
import type { Fact } from '../design/fact';
import { PAGE_STATE_MARKS } from '../design/page-state-marks';
import { barOf, fillBar, fits, labelBar, labelStripes, outlineBar, stripeBar } from './bars';
import { LANE_PX, type Lane, type LaneHit, type PaintContext } from './lane';
import type { PageHistory, PageStretch, WatchedPage } from './page-history';
import { exactNs, xOf, type Axis } from './time-scale';

/** A watched page: its state as colour, its counts as text, over the run. */
export function pageLane(name: string, page: WatchedPage, history: PageHistory, run: RunDescription): Lane {
  const firstFrame = (): number | undefined => history.stretches.find(({ look }) => look !== null)?.look?.first;
  return {
    uri: `page/${name}`,
    title: `page ${name}`,
    heightPx: LANE_PX,
    // A page of a file may get its frame only later in the run.
    get selection(): Selection {
      const pfn = page.kind === 'frame' ? page.pfn : firstFrame();
      return pfn === undefined ? { kind: 'none' } : { kind: 'page', pfn };
    },
    paint: cx => paintStretches(cx, history.stretches, run),
    hit: (at, _slack, axis) => hitStretch(history.stretches, at, axis),
  };
}

const startOf = (stretch: PageStretch, axis: Axis): number => (axis === 'time' ? stretch.fromNs : stretch.fromStep);

function paintStretches(cx: PaintContext, stretches: readonly PageStretch[], run: RunDescription): void {
  const { axis, colours } = cx;
  let paintedTo = -Infinity;
  for (let i = 0; i < stretches.length; i++) {
    const stretch = stretches[i]!;
    const end = stretches[i + 1] === undefined ? Infinity : startOf(stretches[i + 1]!, axis);
    if (stretch.look === null || (end !== Infinity && xOf(cx.scale, end) <= paintedTo + 0.5)) continue;
    const bar = barOf(cx, startOf(stretch, axis), end);
    if (bar === null) continue;
    paintedTo = bar.x + bar.width;
    const { state, refs } = stretch.look;
    const colour = colours.states[state];
    if (PAGE_STATE_MARKS[state].pattern === 'stripe') stripeBar(cx, bar, colour);
    else if (PAGE_STATE_MARKS[state].pattern === 'outline') outlineBar(cx, bar, colour, [2, 2]);
    else fillBar(cx, bar, colour, state === 'busy' ? 0.75 : 1);
    const text = countText(stretch.look);
    if (PAGE_STATE_MARKS[state].pattern === 'stripe') {
      if (fits(cx.g, bar, text)) labelStripes(cx, bar, text);
    } else if (refs !== run.counts.baseRefs.fsdax || state !== 'free') labelBar(cx, bar, text, onFill(cx, state));
    if (cx.hovered === stretch) outlineBar(cx, bar, colours.accent);
  }
}

const onFill = ({ colours }: PaintContext, state: string): string =>
  state === 'free' || state === 'in-transaction' ? colours.text : colours.inkOnState;

const countText = ({ refs, pins }: { readonly refs: number; readonly pins: number }): string =>
  `${showCount(refs)} ${refs === 1 ? 'ref' : 'refs'}${pins > 0 ? `, ${showCount(pins)} pins` : ''}`;

function hitStretch(stretches: readonly PageStretch[], at: number, axis: Axis): LaneHit | null {
  const nth = stretches.findLastIndex(stretch => startOf(stretch, axis) <= at);
  const stretch = stretches[nth];
  if (stretch === undefined || stretch.look === null) return null;
  const { look } = stretch;
  return {
    of: stretch,
    selection: { kind: 'page', pfn: look.first },
    position: nth === 0 ? 0 : stretch.fromStep + 1,
    describe: () => ({ title: `page ${showPfn(look.first)}`, facts: factsOf(stretch, stretches[nth + 1]) }),
  };
}

function factsOf({ look, fromNs }: PageStretch, next: PageStretch | undefined): Fact[] {
  if (look === null) return [];
  const { label, glyph } = PAGE_STATE_MARKS[look.state];
  return [
    ['state', `${glyph} ${label}`],
    ['owner', look.owner ?? 'nobody'],
    ['refcount', showCount(look.refs)],
    ...(look.pins > 0 ? [['pins', showCount(look.pins)] as const] : []),
    ['from', exactNs(fromNs)],
    ['until', next === undefined ? 'the end of the run' : exactNs(next.fromNs)],
  ];
}
