import { defineStore } from 'pinia';
import { computed, ref, shallowRef, watch, type ShallowRef } from 'vue';
import type { Diagnostic, RunReply } from '@shared/protocol/commands';
import { TraceCursor, type Trace } from '@shared/trace/cursor';
import type { RunDescription, RunSummary } from '@shared/trace/run-description';
import { invoke } from '../bridge/bridge';
import { useLabDocument } from './lab-document';
import { usePlayback } from './playback';
import { TraceArrival } from './trace-arrival';

export type RunStatus = 'empty' | 'running' | 'ready' | 'refused';

/** State at the cursor. A fresh object for each position, so that `computed` notices; `state` itself is moved in place. */
export interface View {
  readonly state: TraceCursor;
  /** The state after this many steps. */
  readonly position: number;
}

type Finished = Extract<RunReply, { kind: 'finished' }>;

/** The run on the screen and the one cursor that moves every view. */
export const useRun = defineStore('run', () => {
  const arrival = new TraceArrival();
  const recording = useRecording();
  const cursor = useCursor(recording);
  const { trace, description, summary, diagnostics, status, stale } = recording;
  const playback = usePlayback({
    trace: () => trace.value,
    nowNs: () => cursor.nowNs.value,
    position: cursor.position,
    stopAt: () => (cursor.firstViolationStep.value === null ? null : cursor.verdictPosition.value),
  });

  /** A person who steps wants to look, so playing ends. */
  function stepBy(n: number): void {
    playback.pause();
    cursor.seek(cursor.position.value + n);
  }

  function stepActor(actor: number, direction: 1 | -1): void {
    playback.pause();
    cursor.seek(trace.value === null ? 0 : positionOfActor(trace.value, actor, cursor.position.value, direction));
  }

  function show(recorded: Trace, reply: Finished): void {
    cursor.position.value = 0;
    description.value = reply.description;
    summary.value = reply.summary;
    trace.value = recorded;
    stale.value = false;
    status.value = 'ready';
    playback.rearm(reply.summary.endNs);
  }

  /** Runs the document from its start. Resolves to whether there is a new run to look at; a refusal leaves the last one alone. */
  async function start(): Promise<boolean> {
    const before = status.value;
    if (before === 'running' || useLabDocument().lab === null) return false;
    playback.pause();
    status.value = 'running';
    diagnostics.value = [];
    try {
      const reply = await requestRun(arrival);
      if (reply.kind === 'finished') show(await arrival.complete(reply.run, reply.summary.steps), reply);
      else {
        diagnostics.value = reply.diagnostics;
        status.value = 'refused';
      }
      return reply.kind === 'finished';
    } catch (error) {
      status.value = before;
      throw error;
    }
  }

  /** Another document was opened: its run is still to come. */
  function clear(): void {
    playback.pause();
    cursor.position.value = 0;
    recording.clear();
  }

  const lab = useLabDocument();
  watch(() => lab.openings, clear, { flush: 'sync' });
  watch(() => [lab.meaning, lab.policy, lab.seed], () => { stale.value = true; }, { flush: 'sync' });

  return { trace, description, summary, diagnostics, status, stale, ...cursor, ...playback, stepBy, stepActor, start, clear };
});

function requestRun(arrival: TraceArrival): Promise<RunReply> {
  arrival.listen();
  return invoke('run.start', useLabDocument().runRequest());
}

/** What a run left behind. All of it is replaced at once, never edited. */
function useRecording() {
  const trace: ShallowRef<Trace | null> = shallowRef(null);
  const description: ShallowRef<RunDescription | null> = shallowRef(null);
  const summary: ShallowRef<RunSummary | null> = shallowRef(null);
  const diagnostics: ShallowRef<readonly Diagnostic[]> = shallowRef([]);
  const status = ref<RunStatus>('empty');
  /** The document changed since this run. */
  const stale = ref(false);

  function clear(): void {
    trace.value = null;
    description.value = null;
    summary.value = null;
    diagnostics.value = [];
    status.value = 'empty';
    stale.value = false;
  }

  return { trace, description, summary, diagnostics, status, stale, clear };
}

function useCursor({ trace, summary }: ReturnType<typeof useRecording>) {
  const position = ref(0);
  const cursor = computed(() => (trace.value === null ? null : new TraceCursor(trace.value)));
  const view = computed<View | null>(() => {
    const state = cursor.value;
    if (state === null) return null;
    state.seek(position.value);
    return { state, position: position.value };
  });
  const steps = computed(() => trace.value?.steps ?? 0);
  const nowNs = computed(() => timeAt(position.value));
  /** Step of the first safety or liveness violation, null if none; the state that shows it is one position later. */
  const firstViolationStep = computed(() => {
    const broken = summary.value?.violations.filter(violation => violation.class !== 'notice') ?? [];
    return broken.length === 0 ? null : Math.min(...broken.map(violation => violation.step));
  });
  /** Position that shows the first violation; the end if the run holds. */
  const verdictPosition = computed(() => Math.min((firstViolationStep.value ?? steps.value) + 1, steps.value));

  /** Simulated time of the state at a position. */
  function timeAt(at: number): number {
    if (trace.value === null || at === 0) return 0;
    if (at === trace.value.steps && summary.value !== null) return summary.value.endNs;
    return trace.value.stepAt(at - 1).timeNs;
  }

  function seek(to: number): void {
    position.value = Math.max(0, Math.min(Math.trunc(to), steps.value));
  }

  return { position, view, steps, nowNs, firstViolationStep, verdictPosition, timeAt, seek };
}

/** Next position in `direction` that lies behind a step of `actor`; the end or the start if there is none. */
function positionOfActor(trace: Trace, actor: number, from: number, direction: 1 | -1): number {
  for (let at = from + direction; at >= 1 && at <= trace.steps; at += direction) {
    if (trace.stepAt(at - 1).actor === actor) return at;
  }
  return direction > 0 ? trace.steps : 0;
}
