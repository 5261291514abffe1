import { mkdirSync, readFileSync } from 'node:fs';
import { XMLParser } from 'fast-xml-parser';
import { describe, expect, test } from 'vitest';
import type { CheckedLab } from '../../../src-main/cli/check-lab';
import { folder, pinlab, pinnedLab } from './pinlab';

const files = folder();
mkdirSync(files.path('deep/er'), { recursive: true });
const good = files.write('good.lab.yaml', `${pinnedLab}expect:
  - { violated: S1, when: linux-4.14 }
  - { op: app.2, errno: EOPNOTSUPP, when: linux-6.1 }
  - { op: admin.1, blockedOn: MR r, when: [linux-6.15, longterm-file-pin=allow-all] }
`);
const bad = files.write('deep/bad.lab.yaml', `${pinnedLab}expect:
  - { violated: S1 }
  - { op: admin.1, errno: "E<&>", when: linux-6.1 }
`);
const broken = files.write('deep/er/broken.lab.yaml', pinnedLab.replace('seed: 7', 'seed: many'));

test('a lab runs under its own policy and every one that its expectations name', async () => {
  const { code, out } = await pinlab('check', good, '--json');
  expect(code).toBe(0);
  const { labs } = JSON.parse(out) as { readonly labs: readonly CheckedLab[] };
  expect(labs.map(({ lab, ok }) => ({ lab, ok }))).toEqual([{ lab: good, ok: true }]);
  expect(labs[0]?.expectations.map(({ policy, ok }) => [policy, ok])).toEqual([['linux-4.14', true], ['linux-6.1', true], ['linux-6.15,longterm-file-pin=allow-all', true]]);
});

test('what is not as expected is told with its line, and the worst exit code counts', async () => {
  const { code, out } = await pinlab('check', files.path('**/*.lab.yaml'));
  expect(code).toBe(3);
  expect(out).toContain(`ok  ${good}  3 runs, 3 expectations\n`);
  expect(out).toContain(`FAILED  ${bad}`);
  expect(out).toContain(`${bad}:33: linux-6.1: op admin.1, errno E<&> (when linux-6.1): errno of admin.1 is none`);
  expect(out).toContain(`${broken}:4:7: seed is "many": expected a whole number.`);
  expect(out).toContain('3 labs, 2 not as expected');
});

describe('an expectation about which no run says anything fails', () => {
  test.each([
    ['a schedule that is asked for and not named', '{ violated: S1, holds: some-schedule }', 'no schedule is named that shows it'],
    ['a condition that no policy meets', '{ op: admin.1, result: 0, when: [linux-6.1, truncate-vs-dma=none, longterm-file-pin=allow-all, pin-accounting=get-only], schedule: none-such }', /none-such|no run/],
  ])('%s', async (_, item, message) => {
    const path = files.write('silent.lab.yaml', `${pinnedLab}expect:\n  - { violated: S1, when: linux-4.14 }\n  - ${item}\n`);
    const { code, out } = await pinlab('check', path);
    expect(code).not.toBe(0);
    expect(out).toMatch(message);
  });
});

describe('names of labs', () => {
  test.each([
    ['a directory', '', 3], ['a pattern in one directory', '*.lab.yaml', 1], ['a pattern across directories', '**/*.lab.yaml', 3],
    ['alternatives', '**/{good,bad}.lab.yaml', 2], ['one character', 'goo?.lab.yaml', 1], ['the same twice', 'good.lab.yaml', 1],
  ])('%s', async (_, pattern, count) => {
    const root = folder();
    mkdirSync(root.path('deep/er'), { recursive: true });
    root.write('good.lab.yaml', 'x');
    root.write('deep/bad.lab.yaml', 'x');
    root.write('deep/er/broken.lab.yaml', 'x');
    root.write('notes.txt', 'x');
    const { out } = await pinlab('check', root.path(pattern), root.path(pattern), '--json');
    expect((JSON.parse(out) as { readonly labs: readonly unknown[] }).labs).toHaveLength(count);
  });

  test('a pattern that names nothing', async () => {
    expect(await pinlab('check', files.path('*.nothing'))).toMatchObject({ code: 3, err: expect.stringContaining('names no lab') as string });
  });
});

test('JUnit XML has a case for each expectation and says what failed', async () => {
  const path = files.path('out.xml');
  await pinlab('check', files.path(''), '--junit', path);
  const xml = readFileSync(path, 'utf8');
  // eslint-disable-next-line @typescript-eslint/no-deprecated -- its successor is another package; this one is pinned
  const { testsuites } = new XMLParser({ ignoreAttributes: false, isArray: name => name === 'testsuite' || name === 'testcase' }).parse(xml, true) as { testsuites: { testsuite: readonly Record<string, unknown>[] } };
  const suite = testsuites.testsuite.find(candidate => String(candidate['@_name']).endsWith('bad.lab.yaml'));
  expect(suite).toMatchObject({ '@_failures': expect.stringMatching(/^[1-9]/) as string, '@_errors': '0' });
  expect(testsuites.testsuite.find(candidate => String(candidate['@_name']).endsWith('broken.lab.yaml'))).toMatchObject({ '@_errors': '1' });
});

test('SARIF has a result at the line of each failure', async () => {
  const path = files.path('out.sarif');
  await pinlab('check', bad, '--sarif', path);
  const log = JSON.parse(readFileSync(path, 'utf8')) as { readonly version: string; readonly runs: readonly [{ readonly results: readonly unknown[] }] };
  expect(log.version).toBe('2.1.0');
  expect(log.runs[0].results).toContainEqual(expect.objectContaining({
    ruleId: 'expectation', level: 'error',
    locations: [{ physicalLocation: { artifactLocation: { uri: bad }, region: { startLine: 33, startColumn: 1 } } }],
  }));
});
