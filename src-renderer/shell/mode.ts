import { reactive } from 'vue';

/** What the window is for right now: one run and its cursor, or policies side by side. */
export type Mode = 'run' | 'compare';

export const mode = reactive<{ current: Mode }>({ current: 'run' });

export const MODES: readonly { readonly id: Mode; readonly title: string }[] = [{ id: 'run', title: 'Run' }, { id: 'compare', title: 'Compare' }];
