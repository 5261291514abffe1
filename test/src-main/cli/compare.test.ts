import { expect, test } from 'vitest';
import type { Comparison } from '@shared/trace/comparison';
import { folder, pinlab, pinnedLab } from './pinlab';

const lab = folder().write('pinned.lab.yaml', pinnedLab);
const comparisonOf = (out: string): Comparison => JSON.parse(out) as Comparison;

test('one row a policy, with the words that differ', async () => {
  const { code, out, err } = await pinlab('compare', lab, '--policy', 'linux-4.14;linux-6.1');
  expect({ code, err }).toEqual({ code: 10, err: '' });
  expect(out).toMatch(/^ {2}linux-4\.14 +SAFETY +.*S1 at/m);
  expect(out).toMatch(/^ {2}linux-6\.1 +holds +.*EOPNOTSUPP/m);
  expect(out).toContain('S1 under linux-4.14: A device never writes to a block that its file has lost');
});

test('what the policies have in common is said once', async () => {
  const { out } = await pinlab('compare', lab, '--policy', 'linux-4.14,truncate-vs-dma=*');
  expect(out).toContain('under linux-4.14, and:');
  expect(out).toMatch(/^ {2}truncate-vs-dma=wait-retry +holds/m);
});

test('time that a truncate waits for a registration that stays is time it is blocked', async () => {
  const { out } = await pinlab('compare', lab, '--policy', 'linux-4.14,truncate-vs-dma=wait-retry;linux-6.1', '--json');
  const [waiting, refused] = comparisonOf(out).rows;
  const truncate = waiting?.operations.find(({ op }) => op === 'admin.1');
  expect(truncate?.blockedOn).toContain('MR r');
  expect(waiting?.blockedNs).toBe(truncate?.blockedNs);
  expect(truncate?.blockedNs).toBeGreaterThan(0);
  expect(refused?.blockedNs).toBe(0);
});

test('a digest is that of the run under that policy', async () => {
  const compared = await pinlab('compare', lab, '--policy', 'linux-4.14;linux-6.1', '--json');
  const run = await pinlab('run', lab, '--policy', 'linux-6.1', '--json');
  expect(comparisonOf(compared.out).rows[1]?.digest).toBe((JSON.parse(run.out) as { digest: string }).digest);
});

test('a Markdown table has as many cells in each row', async () => {
  const { out } = await pinlab('compare', lab, '--policy', 'all', '--markdown');
  const rows = out.split('\n').filter(line => line.startsWith('|'));
  expect(rows.length).toBeGreaterThan(19);
  expect(new Set(rows.map(row => row.split(' | ').length)).size).toBe(1);
});

test('two forms of one answer are refused, and so is no policy', async () => {
  expect((await pinlab('compare', lab, '--policy', 'all', '--json', '--markdown')).code).toBe(2);
  expect((await pinlab('compare', lab)).code).toBe(2);
});
