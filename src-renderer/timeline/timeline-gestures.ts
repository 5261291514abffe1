import { ref } from 'vue';
import { useRun } from '../stores/run';
import { valueAt } from './time-scale';
import { RULER_PX } from './timeline-paint';
import type { TimelineWindow } from './timeline-window';

export interface Point {
  readonly x: number;
  readonly y: number;
}

/** Further than this the pointer drags; nearer it clicks. */
const DRAG_PX = 4;

/** Pointer and wheel on the canvas: the ruler moves the cursor, elsewhere a drag pans and a click points. */
export function useTimelineGestures(view: TimelineWindow, onClick: (at: Point) => void, scrollBy: (px: number) => void) {
  const run = useRun();
  const pointer = ref<Point | null>(null);
  const dragging = ref<'cursor' | 'window' | null>(null);
  let pressedAt: Point | null = null;

  const pointOf = (event: MouseEvent): Point => ({ x: event.offsetX, y: event.offsetY });

  function moveCursorTo(xPx: number): void {
    if (run.trace === null) return;
    const value = valueAt(view.scale.value, xPx);
    run.pause();
    run.seek(view.axis.value === 'time' ? run.trace.stepsUntil(value) : Math.round(value));
  }

  function onPointerDown(event: PointerEvent): void {
    if (event.button !== 0 || !(event.currentTarget instanceof Element)) return;
    event.currentTarget.setPointerCapture(event.pointerId);
    pressedAt = pointOf(event);
    if (pressedAt.y >= RULER_PX) return;
    dragging.value = 'cursor';
    moveCursorTo(pressedAt.x);
  }

  function onPointerMove(event: PointerEvent): void {
    const at = pointOf(event);
    const before = pointer.value;
    pointer.value = at;
    if (dragging.value === 'cursor') moveCursorTo(at.x);
    if (pressedAt === null || before === null || dragging.value === 'cursor') return;
    if (dragging.value === null && Math.hypot(at.x - pressedAt.x, at.y - pressedAt.y) < DRAG_PX) return;
    dragging.value = 'window';
    view.pan(before.x - at.x);
    scrollBy(before.y - at.y);
  }

  function onPointerUp(): void {
    if (pressedAt !== null && dragging.value === null) onClick(pressedAt);
    pressedAt = null;
    dragging.value = null;
  }

  function onPointerLeave(): void {
    if (dragging.value === null) pointer.value = null;
  }

  function onWheel(event: WheelEvent): void {
    event.preventDefault();
    const isSideways = event.shiftKey || Math.abs(event.deltaX) > Math.abs(event.deltaY);
    if (isSideways) view.pan(event.deltaX === 0 ? event.deltaY : event.deltaX);
    else view.zoom(event.offsetX, 1.0016 ** -event.deltaY);
  }

  return { pointer, dragging, onPointerDown, onPointerMove, onPointerUp, onPointerLeave, onWheel };
}
