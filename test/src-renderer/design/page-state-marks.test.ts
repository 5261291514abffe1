import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { PAGE_STATES } from '@shared/trace/page-state';
import { LEGEND_STATES, PAGE_STATE_MARKS } from '../../../src-renderer/design/page-state-marks';

const tokens = readFileSync(new URL('../../../src-renderer/design/tokens.css', import.meta.url), 'utf8');
const theme = (name: string): string => new RegExp(`\\[data-theme='${name}'\\] \\{([^}]*)\\}`).exec(tokens)?.[1] ?? '';
const marks = Object.values(PAGE_STATE_MARKS);

test('every page state has a mark and a place in the legend', () => {
  expect(LEGEND_STATES.toSorted()).toEqual([...PAGE_STATES].sort());
  expect(PAGE_STATES.every(state => PAGE_STATE_MARKS[state].id === state)).toBe(true);
});

test.each(['dark', 'light'])('every mark has a colour of its own in the %s theme, and both themes set the same properties', name => {
  const colours = marks.map(({ cssVar }) => new RegExp(`${cssVar}: (#[0-9a-f]{6})`).exec(theme(name))?.[1]);
  expect(colours).not.toContain(undefined);
  expect(new Set(colours).size).toBe(marks.length);
  const properties = (text: string): readonly string[] => [...text.matchAll(/--[\w-]+(?=:)/g)].map(([property]) => property);
  expect(properties(theme('dark'))).toEqual(properties(theme('light')));
});

test('no two states look alike without colour', () => {
  expect(new Set(marks.map(({ glyph }) => glyph)).size).toBe(marks.length);
});
