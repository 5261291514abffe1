import { expect, test } from 'vitest';
import { newestPreset } from '@shared/lab/policy-text';
import { parsePolicy, policySummary, policyText, presetOf } from '../../../src-renderer/shell/policy-text';
import { fakeCatalogue } from '../../support/fake-catalogue';

const first = fakeCatalogue.presets[0]!.id;
const axis = fakeCatalogue.axes[0]!;
const variant = axis.variants[0]!.id;

test.each([
  '', first, `${axis.id}=${variant}`, `${first},${axis.id}=${variant}`, `${first},${axis.id}=*`, 'build=6.1.192',
])('"%s" is taken apart and put together again unchanged', text => {
  expect(policyText(parsePolicy(text, fakeCatalogue))).toBe(text);
});

test('the header shows one change in full and counts several', () => {
  expect(policySummary(`${first},${axis.id}=${variant}`, fakeCatalogue)).toEqual({ preset: first, changes: `${axis.id}: ${variant}` });
  expect(policySummary(`${first},${axis.id}=*,build=1`, fakeCatalogue).changes).toBe('2 changes');
});

test('without a preset the newest kernel is meant', () => {
  expect(presetOf(parsePolicy('', fakeCatalogue), fakeCatalogue)?.id).toBe(newestPreset(fakeCatalogue).id);
  expect(presetOf(parsePolicy(first, fakeCatalogue), fakeCatalogue)?.id).toBe(first);
});
