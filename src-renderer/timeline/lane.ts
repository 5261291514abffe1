import type { Selection } from '@shared/trace/selection';
import type { Fact } from '../design/fact';
import type { Colours } from '../design/canvas-colours';
import type { Axis, TimeScale } from './time-scale';

/** What a lane paints with. Lanes paint from `topPx` down; x is that of the scale. */
export interface PaintContext {
  readonly g: CanvasRenderingContext2D;
  readonly axis: Axis;
  readonly scale: TimeScale;
  readonly topPx: number;
  readonly colours: Colours;
  readonly selection: Selection;
  readonly hovered: object | null;
}

export interface LaneHit {
  /** What was hit; the same object each time, so that it can be told apart. */
  readonly of: object;
  readonly selection: Selection;
  /** Where a click moves the cursor: the position that shows it begun; null leaves the cursor alone. */
  readonly position: number | null;
  /** Made only when somebody looks. */
  describe(): { readonly title: string; readonly facts: readonly Fact[] };
}

/** One row of the timeline. Which kinds there are is known only to the view that lists them. */
export interface Lane {
  /** "actor/app", "device/nvme0", "page/F:1", "blocked". */
  readonly uri: string;
  readonly title: string;
  readonly heightPx: number;
  /** What a click on its name selects. */
  readonly selection: Selection;
  /** Called each frame; must not allocate per step. */
  paint(cx: PaintContext): void;
  /** What lies at `at` of the axis, `slack` to either side included. */
  hit(at: number, slack: number, axis: Axis): LaneHit | null;
}

export const LANE_PX = 28;
export const BAR_PX = 18;
