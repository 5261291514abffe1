import { computed, onScopeDispose, ref, shallowRef, watch, type Ref } from 'vue';
import type { Trace } from '@shared/trace/cursor';
import { useRun } from '../stores/run';
import { extentOf, fitted, panned, resized, showing, zoomed, type Axis, type TimeScale } from './time-scale';

/** Outlives the view, so that another tab does not cost the zoom. `of` is the trace that it was chosen for. */
const kept = {
  axis: ref<Axis>('time'),
  scale: shallowRef<TimeScale>({ from: 0, perPx: 1, widthPx: 0 }),
  of: null as Trace | null,
};

/** The part of the run that is on the screen, and the size of the canvas it is shown on. */
export function useTimelineWindow(scroller: Readonly<Ref<HTMLElement | null>>, namesPx: number) {
  const run = useRun();
  const { axis, scale } = kept;
  const size = shallowRef({ width: 0, height: 0 });
  const extent = computed(() => extentOf(axis.value, axis.value === 'time' ? run.summary?.endNs ?? 0 : run.steps));
  const cursorAt = computed(() => (axis.value === 'time' ? run.nowNs : run.position));

  const observer = new ResizeObserver(() => { measure(); });
  function measure(): void {
    const element = scroller.value;
    if (element !== null) size.value = { width: Math.max(0, element.clientWidth - namesPx), height: element.clientHeight };
  }
  watch(scroller, (element, before) => {
    if (before) observer.unobserve(before);
    if (element) observer.observe(element);
    measure();
  }, { immediate: true, flush: 'post' });
  onScopeDispose(() => { observer.disconnect(); });

  watch(axis, fit);
  watch([() => size.value.width, () => run.trace, extent], ([width, trace, now], [, , before]) => {
    if (width === 0) return;
    scale.value = trace === kept.of ? resized(scale.value, before, width, now) : fitted(now, width);
    kept.of = trace;
  });
  watch(cursorAt, at => { scale.value = showing(scale.value, at, extent.value); });

  function fit(): void {
    scale.value = fitted(extent.value, size.value.width);
  }
  const zoom = (xPx: number, factor: number): void => { scale.value = zoomed(scale.value, xPx, factor, extent.value); };
  const pan = (byPx: number): void => { scale.value = panned(scale.value, byPx, extent.value); };

  return { axis, size, scale, cursorAt, fit, zoom, pan };
}

export type TimelineWindow = ReturnType<typeof useTimelineWindow>;
