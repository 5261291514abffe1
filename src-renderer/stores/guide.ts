import { defineStore } from 'pinia';
import { computed, ref, watch } from 'vue';
import { parseSelection } from '@shared/trace/selection';
import { useLabDocument } from './lab-document';
import { useRun } from './run';
import { useSelection } from './selection';

/** Where a person is in one step: reads and predicts, watches the run, or sees what happened. */
export type GuidePhase = 'predict' | 'watch' | 'reveal';

interface StepProgress {
  readonly phase: GuidePhase;
  readonly answer: number | null;
}

const UNTOUCHED: StepProgress = { phase: 'predict', answer: null };

/** The way through the guide of the open lab. */
export const useGuide = defineStore('guide', () => {
  const document = useLabDocument();
  const run = useRun();
  const guide = computed(() => document.lab?.guide ?? null);
  /** −1 is the introduction. */
  const at = ref(-1);
  const progress = ref<Readonly<Record<number, StepProgress>>>({});

  /** Why the thing that the step looks at cannot be selected at the end. */
  const lookRefusal = ref<string | null>(null);

  const step = computed(() => guide.value?.steps[at.value] ?? null);
  const current = computed(() => progress.value[at.value] ?? UNTOUCHED);
  const isDone = (index: number): boolean => progress.value[index]?.phase === 'reveal';

  function put(change: Partial<StepProgress>): void {
    progress.value = { ...progress.value, [at.value]: { ...current.value, ...change } };
  }

  const choose = (answer: number): void => put({ answer });

  function go(to: number): void {
    lookRefusal.value = null;
    at.value = Math.max(-1, Math.min(to, (guide.value?.steps.length ?? 0) - 1));
    document.overridePolicy(step.value?.policy ?? null);
  }

  async function watchRun(): Promise<void> {
    if (step.value === null) return;
    document.overridePolicy(step.value.policy);
    if (await run.start()) run.play();
  }

  /** Goes to what the step is about, asks why of it, and tells. */
  function reveal(): void {
    run.pause();
    run.seek(run.verdictPosition);
    put({ phase: 'reveal' });
    const look = step.value?.look;
    if (look === undefined || run.description === null || run.view === null) return;
    const found = parseSelection(look, run.description, run.view.state);
    lookRefusal.value = found.ok ? null : found.refusal;
    if (found.ok) useSelection().select(found.value);
  }

  // Whoever started the run, with the step's own button or with the space bar: who has predicted may watch.
  watch(() => run.trace, trace => {
    if (trace !== null && step.value !== null && current.value.answer !== null && document.policyOverride === step.value.policy) put({ phase: 'watch' });
  });
  watch(() => run.playing, playing => {
    if (!playing && current.value.phase === 'watch' && run.position >= run.verdictPosition) reveal();
  });
  watch(() => document.openings, () => {
    at.value = -1;
    progress.value = {};
  });

  return { guide, at, step, current, lookRefusal, isDone, choose, go, watchRun, reveal };
});
