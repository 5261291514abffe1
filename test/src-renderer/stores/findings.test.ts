import { expect, test } from 'vitest';
import type { RunSummary } from '@shared/trace/run-description';
import { findingsOf, moodOf, verdictText } from '../../../src-renderer/stores/findings';

const found = (id: string, step: number, as: 'safety' | 'liveness' | 'notice') => ({ id, class: as, step, sentence: `${id} holds.`, timeNs: 0, chain: [], assumed: false });
const expected = (ok: boolean | null) => ({ text: 'violated L1', holds: '', schedule: null, ok, reason: '' });
const summary = (of: Partial<Pick<RunSummary, 'violations' | 'notices' | 'expectations'>>) => findingsOf({ violations: [], notices: [], expectations: [], ...of } as unknown as RunSummary);

test('a run without findings is plainly good', () => {
  const findings = summary({ expectations: [expected(true), expected(null)] });
  expect([verdictText(findings), moodOf(findings)]).toEqual(['no invariant broke', 'good']);
});

test('a run whose only finding is a notice says so, and is neither good nor bad', () => {
  const findings = summary({ notices: [found('L2', 7, 'notice')] });
  expect([verdictText(findings), moodOf(findings)]).toEqual(['no invariant broke; 1 notice', 'noticed']);
});

test('a notice whose rule has a word of its own is told by that word', () => {
  const findings = summary({ notices: [found('L2', 7, 'notice'), { ...found('S17', 8, 'notice'), word: 'incoherent' }] });
  expect([verdictText(findings), moodOf(findings)]).toEqual(['no invariant broke; 1 notice; incoherent', 'noticed']);
});

test('violations, failed expectations and notices are counted apart, the first violation first', () => {
  const findings = summary({ violations: [found('S2', 9, 'safety'), found('L1', 4, 'liveness'), found('L2', 5, 'notice')], expectations: [expected(false)], notices: [found('L3', 6, 'notice')] });
  expect(findings.broken.map(({ id }) => id)).toEqual(['L1', 'S2']);
  expect([verdictText(findings), moodOf(findings)]).toEqual(['2 invariants broke; 1 expectation failed; 2 notices', 'bad']);
});

test('a failed expectation is bad though no invariant broke', () => {
  expect(moodOf(summary({ expectations: [expected(false)] }))).toBe('bad');
});
