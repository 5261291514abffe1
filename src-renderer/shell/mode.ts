import { reactive } from 'vue';
import { overlays } from './overlays';

/** What the window is for right now: one run and its cursor, or policies side by side. */
export type Mode = 'run' | 'compare';

export const mode = reactive<{ current: Mode }>({ current: 'run' });

export const MODES: readonly { readonly id: Mode; readonly title: string }[] = [{ id: 'run', title: 'Run' }, { id: 'compare', title: 'Compare' }];

/** Shows what the window is for; what lies over it goes. */
export function showMode(wanted: Mode): void {
  overlays.conform = false;
  mode.current = wanted;
}

/** Whether the window shows this now. */
export const isShown = (asked: Mode): boolean => mode.current === asked && !overlays.conform;
