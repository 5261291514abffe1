import { computed, onScopeDispose, ref, shallowRef, watch, type Ref, type ShallowRef } from 'vue';
import { useRun } from '../stores/run';
import { extentOf, fitted, panned, resized, showing, zoomed, type Axis, type TimeScale } from './time-scale';

/** The part of the run that is on the screen, and the size of the canvas it is shown on. */
export function useTimelineWindow(scroller: Readonly<Ref<HTMLElement | null>>, namesPx: number) {
  const run = useRun();
  const axis = ref<Axis>('time');
  const size = shallowRef({ width: 0, height: 0 });
  const extent = computed(() => extentOf(axis.value, axis.value === 'time' ? run.summary?.endNs ?? 0 : run.steps));
  const scale: ShallowRef<TimeScale> = shallowRef({ from: 0, perPx: 1, widthPx: 0 });
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

  watch([() => run.trace, axis], fit);
  watch([() => size.value.width, extent], ([width, now], [, before]) => {
    scale.value = resized(scale.value, before, width, now);
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
