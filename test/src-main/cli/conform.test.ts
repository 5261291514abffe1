import { readFileSync, readdirSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { folder, pinlab } from './pinlab';

const { path, write } = folder();

const observation = (more: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> => ({
  id: 'x', area: 'truncate', setup: 'file fs=xfsdax size=64K', action: 'ftruncate size=0', kernel: 'Linux 6.12.117 (a build)', repeats: 1, agreeing: 1,
  observed: { result: '0', errno: '0', elapsed_ms: 1, elapsed_ms_class: 'immediate', counters: {}, notes: '' }, ...more,
});
const file = (name: string, ...list: readonly unknown[]): string => write(name, JSON.stringify(list));

describe('pinlab conform', () => {
  it('agrees with a truncate that nothing is in the way of, and keeps the lab that shows it', async () => {
    const { code, out } = await pinlab('conform', file('ok.json', observation({})), '--json', '--keep', path('labs'));
    expect([code, (JSON.parse(out) as { totals: unknown }).totals]).toEqual([0, { agree: 1, differ: 0, notModelled: 0 }]);
    expect(readdirSync(path('labs'))).toEqual(['6.12.117-x.lab.yaml']);
    expect(readFileSync(path('labs/6.12.117-x.lab.yaml'), 'utf8')).toContain('policy: linux-6.12,build=6.12.117');
    expect((await pinlab('run', path('labs/6.12.117-x.lab.yaml'))).code).toBe(0);
  });

  it('says what differs, and exits with 1', async () => {
    const observed = { result: '-1', errno: 'EBUSY', elapsed_ms: 1, elapsed_ms_class: 'immediate', counters: {}, notes: '' };
    const { code, out } = await pinlab('conform', file('differs.json', observation({ observed })));
    expect(code).toBe(1);
    expect(out).toContain('result: observed -1, the lab shows 0');
  });

  it('names the word that labs do not have', async () => {
    const { code, out } = await pinlab('conform', file('word.json', observation({ action: 'frobnicate' })));
    expect([code, out]).toEqual([12, expect.stringContaining('no word in labs for "frobnicate"')]);
  });

  it.each([
    ['setup', 'file =xfs', 'setup: "file =xfs": expected key=value after the word; got "=xfs"'],
    ['action', 'ftruncate size=0 size=1', 'expected each key once; "size" stands twice'],
    ['action', 'a b: ftruncate', 'expected key=value after the word; got "b:"'],
    ['action', '', 'expected at least one clause'],
    ['action', 'ftruncate observe; fsync observe', 'expected "observe" at one clause at most'],
  ])('refuses a wrong %s, with file, observation, clause and what was expected', async (field, text, message) => {
    const wrong = file('wrong.json', observation({ [field]: text }));
    const { code, err } = await pinlab('conform', wrong);
    expect([code, err]).toEqual([3, expect.stringContaining(`${wrong}: x: `)]);
    expect(err).toContain(message);
  });

  it('refuses what is no list of observations', async () => {
    const noJson = await pinlab('conform', write('no.json', '{'));
    expect([noJson.code, noJson.err]).toEqual([3, expect.stringContaining('is no JSON')]);
    const noList = await pinlab('conform', write('map.json', '{}'));
    expect([noList.code, noList.err]).toEqual([3, expect.stringContaining('expected a JSON list of observations')]);
  });
});
