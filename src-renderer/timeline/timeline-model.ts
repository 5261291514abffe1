import type { Trace } from '@shared/trace/cursor';
import type { RunDescription } from '@shared/trace/run-description';
import type { Selection } from '@shared/trace/selection';
import { showPfn } from '@shared/units/show';
import { actorLane } from './actor-lane';
import { blockedLane } from './blocked-lane';
import { BlockedReasons } from './blocked-reason';
import { deviceLane } from './device-lane';
import type { Lane } from './lane';
import { LaneSegments, type LaneSegment } from './lane-segments';
import { PageHistory, watchedPage, type WatchedPage } from './page-history';
import { pageLane } from './page-lane';

/** Steps walked in one slice; a few milliseconds. */
const SLICE_STEPS = 4096;

/** A blocked stretch and the stretch that is in its way. */
export interface Cause {
  readonly from: LaneSegment;
  readonly to: LaneSegment;
}

const known = new WeakMap<Trace, TimelineModel>();

/** The model of a run, made once however often somebody opens the timeline. */
export function modelOf(trace: Trace, run: RunDescription): TimelineModel {
  const model = known.get(trace) ?? new TimelineModel(trace, run);
  known.set(trace, model);
  return model;
}

/** All that the timeline shows of one run. */
export class TimelineModel {
  readonly segments: LaneSegments;
  private readonly reasons: BlockedReasons;
  private readonly fixed: readonly Lane[];
  private readonly watched: readonly Lane[];
  private readonly blocked: Lane;
  private readonly histories: PageHistory[] = [];
  private selected: { readonly pfn: number; readonly lane: Lane } | null = null;

  constructor(readonly trace: Trace, readonly run: RunDescription) {
    this.segments = new LaneSegments(trace, run);
    this.reasons = new BlockedReasons(trace, run);
    const nameOf = new Map(run.steps.map(({ id, name }) => [id, name]));
    const stepName = (index: number): string => nameOf.get(trace.stepAt(index).step) ?? '?';
    this.fixed = run.actors.map((described, actor) => {
      const parts = { actor, run, trace, segments: this.segments, reasons: this.reasons, stepName };
      return described.kind === 'device' ? deviceLane(parts) : actorLane(parts);
    });
    this.watched = run.watch.flatMap(name => {
      const page = watchedPage(name, run);
      return page === null ? [] : [this.laneOfPage(name, page)];
    });
    this.blocked = blockedLane(this.segments, run);
  }

  /** Walks on a little; true once there is nothing left to walk. */
  advance(): boolean {
    const done = this.histories.map(history => history.advance(SLICE_STEPS));
    return this.segments.advance(SLICE_STEPS) && done.every(Boolean);
  }

  /** Actors, watched pages, the selected page, and how many are blocked. */
  lanesFor(selection: Selection): readonly Lane[] {
    const extra = selection.kind === 'page' ? this.selectedLane(selection.pfn) : null;
    return [...this.fixed, ...this.watched, ...(extra === null ? [] : [extra]), this.blocked];
  }

  /** Stretches in the way of those that are pointed at, by hand or by selection. */
  causes(hovered: object | null, selection: Selection): readonly Cause[] {
    return this.fixed.flatMap((_, actor) => this.segments.activityOf(actor).segments)
      .filter(segment => segment.kind === 'blocked' && (segment === hovered || (selection.kind === 'operation' && selection.nth === segment.operation)))
      .flatMap(to => {
        const from = this.causeOf(to);
        return from === null ? [] : [{ from, to }];
      });
  }

  private causeOf(blocked: LaneSegment): LaneSegment | null {
    const { cause } = this.reasons.of(blocked);
    const operation = cause === null ? undefined : this.run.operations[cause];
    if (operation === undefined) return null;
    return this.segments.activityOf(operation.actor).segments
      .findLast(segment => segment.kind === 'run' && segment.operation === cause && segment.fromStep < blocked.fromStep) ?? null;
  }

  private selectedLane(pfn: number): Lane | null {
    if (this.watched.some(lane => lane.selection.kind === 'page' && lane.selection.pfn === pfn)) return null;
    if (this.selected?.pfn !== pfn) this.selected = { pfn, lane: this.laneOfPage(showPfn(pfn), { kind: 'frame', pfn }) };
    return this.selected.lane;
  }

  private laneOfPage(name: string, page: WatchedPage): Lane {
    const history = new PageHistory(this.trace, this.run, page);
    this.histories.push(history);
    return pageLane(name, page, history, this.run);
  }
}
