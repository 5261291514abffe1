import { onScopeDispose } from 'vue';

/** Calls `work` every so often until the calling scope ends. */
export function useInterval(work: () => void, everyMs: number): void {
  const timer = setInterval(work, everyMs);
  onScopeDispose(() => { clearInterval(timer); });
}
