import { PAGE_STATE_MARKS } from './page-state-marks';
import type { PageStateId } from '@shared/trace/page-state';

/** Colours of the theme in force, as the canvas needs them. */
export interface Colours {
  readonly panel: string;
  readonly raised: string;
  readonly line: string;
  readonly lineStrong: string;
  readonly text: string;
  readonly dim: string;
  readonly accent: string;
  readonly accentBg: string;
  readonly onAccent: string;
  readonly violation: string;
  readonly inkOnState: string;
  readonly font: string;
  readonly mono: string;
  readonly states: Readonly<Record<PageStateId, string>>;
}

export function coloursOf(element: Element): Colours {
  const style = getComputedStyle(element);
  const token = (name: string): string => style.getPropertyValue(name).trim();
  const states = Object.fromEntries(Object.values(PAGE_STATE_MARKS).map(({ id, cssVar }) => [id, token(cssVar)]));
  return {
    panel: token('--panel'), raised: token('--raised'), line: token('--line'), lineStrong: token('--line-strong'),
    text: token('--text'), dim: token('--dim'), accent: token('--accent'), accentBg: token('--accent-bg'), onAccent: token('--on-accent'),
    violation: token('--state-violation'), inkOnState: token('--ink-on-state'), font: token('--font'), mono: token('--mono'),
    states: states as Record<PageStateId, string>,
  };
}
