import { ref, type Ref } from 'vue';
import type { Trace } from '@shared/trace/cursor';
import { NS_PER_MS, NS_PER_US } from '@shared/units/time';

/** Simulated ns that pass in one real second; Infinity shows the end at once. */
export const SPEEDS: readonly number[] = [100, NS_PER_US, 10 * NS_PER_US, 100 * NS_PER_US, NS_PER_MS, Infinity];

/** Playing a run takes about this long at the speed chosen for it. */
const PLAY_SECONDS = 15;
/** Simulated time in which nothing happens is cut short when it would take longer than this. */
const IDLE_SECONDS = 2;

export const speedFor = (endNs: number): number => SPEEDS.find(speed => endNs / speed <= PLAY_SECONDS) ?? NS_PER_MS;

/** The simulated time to show next: `playedNs`, or shortly before the next step where that is far away. */
export function skipIdle(playedNs: number, nextStepNs: number, speed: number): number {
  return nextStepNs - playedNs > speed * IDLE_SECONDS ? nextStepNs - (speed * IDLE_SECONDS) / 2 : playedNs;
}

/** What playing moves, and where it stops by itself. */
export interface Played {
  readonly trace: () => Trace | null;
  readonly nowNs: () => number;
  readonly position: Ref<number>;
  /** Position at which to pause once; null if the run holds. */
  readonly stopAt: () => number | null;
}

/** Moves the position by simulated time, one animation frame after the other. */
export function usePlayback({ trace, nowNs, position, stopAt }: Played) {
  const playing = ref(false);
  const speed = ref(NS_PER_US);
  let frame = 0;
  let playedNs = 0;
  let lastMs = 0;
  let hasStopped = false;

  function play(): void {
    const recorded = trace();
    if (recorded === null || playing.value) return;
    if (position.value >= recorded.steps) position.value = 0;
    playing.value = true;
    playedNs = nowNs();
    lastMs = performance.now();
    frame = requestAnimationFrame(advance);
  }

  function pause(): void {
    playing.value = false;
    cancelAnimationFrame(frame);
  }

  function advance(nowMs: number): void {
    const recorded = trace();
    if (recorded === null || !playing.value) return;
    playedNs += (Math.max(0, nowMs - lastMs) / 1000) * speed.value;
    lastMs = nowMs;
    if (position.value < recorded.steps && Number.isFinite(playedNs)) playedNs = skipIdle(playedNs, recorded.stepAt(position.value).timeNs, speed.value);
    const target = Number.isFinite(playedNs) ? recorded.stepsUntil(playedNs) : recorded.steps;
    const stop = hasStopped ? null : stopAt();
    if (stop !== null && position.value < stop && target >= stop) {
      hasStopped = true;
      position.value = stop;
      pause();
      return;
    }
    position.value = Math.max(position.value, target);
    if (position.value >= recorded.steps) pause();
    else frame = requestAnimationFrame(advance);
  }

  /** A new run: it may stop at its own first violation. */
  function rearm(endNs: number): void {
    pause();
    hasStopped = false;
    speed.value = speedFor(endNs);
  }

  return { playing, speed, play, pause, rearm };
}
