import { defineStore } from 'pinia';
import { computed, ref, shallowRef, watchEffect, type ShallowRef } from 'vue';
import type { Catalogue } from '@shared/protocol/catalogue';
import type { AppStart } from '@shared/protocol/commands';
import { CommandFailed, invoke, onMenu } from '../bridge/bridge';

export type ThemeChoice = 'system' | 'dark' | 'light';

/** One line that tells what happened and goes away by itself. */
export interface Notice {
  readonly id: number;
  readonly kind: 'done' | 'failed';
  readonly title: string;
  readonly detail: string;
}

const EMPTY_CATALOGUE: Catalogue = { devices: [], operations: [], axes: [], knobs: [], presets: [], builds: {}, invariants: [] };

/** What main told at start, and what belongs to the window rather than to a lab. */
export const useSession = defineStore('session', () => {
  const app: ShallowRef<AppStart | null> = shallowRef(null);
  const catalogue = computed(() => app.value?.catalogue ?? EMPTY_CATALOGUE);
  const gallery = computed(() => app.value?.gallery ?? []);
  const notices = shallowRef<readonly Notice[]>([]);
  const { choice, theme, chooseTheme } = useTheme();

  async function begin(): Promise<AppStart> {
    app.value = await invoke('app.start', {});
    return app.value;
  }

  /** Tells main that the lab is on the screen as it should be photographed. */
  const readyForScreenshot = (): Promise<null> => invoke('app.screenshotReady', {});

  let noticesSaid = 0;

  function say(kind: Notice['kind'], title: string, detail = ''): void {
    notices.value = [...notices.value, { id: noticesSaid++, kind, title, detail }];
  }

  function dismiss(id: number): void {
    notices.value = notices.value.filter(notice => notice.id !== id);
  }

  /** Shows what went wrong with `title` ("Save failed"). */
  function fail(title: string, error: unknown): void {
    const place = error instanceof CommandFailed && error.fault.code === 'internal' ? ' (internal fault)' : '';
    say('failed', title, `${error instanceof Error ? error.message : String(error)}${place}`);
  }

  return { app, catalogue, gallery, notices, themeChoice: choice, theme, chooseTheme, begin, readyForScreenshot, onMenu, say, dismiss, fail };
});

const THEME_KEY = 'theme';

function useTheme() {
  const light = window.matchMedia('(prefers-color-scheme: light)');
  const systemIsLight = ref(light.matches);
  light.addEventListener('change', () => { systemIsLight.value = light.matches; });
  const kept = window.localStorage.getItem(THEME_KEY);
  const choice = ref<ThemeChoice>(kept === 'dark' || kept === 'light' ? kept : 'system');
  const theme = computed(() => (choice.value === 'system' ? (systemIsLight.value ? 'light' : 'dark') : choice.value));

  watchEffect(() => { document.documentElement.dataset.theme = theme.value; });

  function chooseTheme(next: ThemeChoice): void {
    choice.value = next;
    window.localStorage.setItem(THEME_KEY, next);
  }

  return { choice, theme, chooseTheme };
}
