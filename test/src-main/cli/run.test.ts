import { existsSync, readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import type { RunSummary } from '@shared/trace/run-description';
import { folder, pinlab, pinnedLab } from './pinlab';

const files = folder();
const lab = files.write('pinned.lab.yaml', pinnedLab);
const expecting = (name: string, ...items: readonly string[]): string => files.write(name, `${pinnedLab}expect:\n${items.map(item => `  - ${item}\n`).join('')}`);
const jsonOf = (text: string): RunSummary => JSON.parse(text) as RunSummary;

/** Short holds that follow each other without end: an unfair wait never gets its turn. */
const starvedLab = pinnedLab
  .replace('nic0: { kind: rdma-nic }', 'nvme0: { kind: nvme-ssd, mediaLatency: 80 us }')
  .replace('    peer0: { kind: rdma-peer }\n', '')
  .replace('to: nic0 }\n    - { from: nic0, to: peer0 }', 'to: nvme0 }')
  .replace('- ibv-reg: { name: r, mapping: m }', '- odirect-read: { mapping: m, pages: 1+2, repeat: forever }')
  .replace(/ {2}peer:[^]*?(?= {2}admin:)/, '')
  .replace('policy: linux-4.14', 'policy: linux-4.20');

/** F in host memory: truncate leaves the registration an orphan, which is no violation but has a word of its own. */
const orphanLab = pinnedLab
  .replace('mem0: { kind: host-memory, size: 1 MiB }', 'mem0: { kind: host-memory, size: 1 MiB, files: { F: { size: 16 KiB, fs: tmpfs } } }')
  .replace(', files: { F: { size: 16 KiB } } }', ' }');

test('a registration that its file has left is told as incoherent, and is no failure', async () => {
  const file = files.write('orphan.lab.yaml', orphanLab);
  const { code, out, err } = await pinlab('run', file);
  expect({ code, err }).toEqual({ code: 0, err: '' });
  expect(out).toMatch(/^incoherent S17 at step \d+, .*: A file has the content that is seen through a registration of its pages\.$/m);
  expect(out).toMatch(/^ {2}1\. MR r has frame 0x[\da-f]+, which was F:\d+ until it was taken out of the page cache$/m);
  expect(out).not.toContain('violated');
  expect((await pinlab('compare', file, '--policy', 'linux-4.14;linux-6.1')).out).toMatch(/^ {2}linux-6\.1 +holds +.*S17 incoherent/m);
});

test('tells what each operation did, what broke by which chain, and how to see it again', async () => {
  const { code, out, err } = await pinlab('run', lab);
  expect(code).toBe(10);
  expect(err).toBe('');
  expect(out).toContain('pinned.lab.yaml  policy linux-4.14  seed 7  in time order\n');
  expect(out).toMatch(/^ {2}admin\.1 {2}ftruncate F to 0 B +50 µs – .* 0$/m);
  expect(out).toMatch(/^violated S1 \(safety\) at step \d+, /m);
  expect(out).toMatch(/^ {2}2\. it went through the long-term pin by app\.2 on F:0$/m);
  expect(out).toContain(`  see it: pinlab run ${lab} --policy linux-4.14 --seed 7\n`);
  expect(out).toMatch(/^finished after \d+ steps, .*digest [0-9a-f]{16}$/m);
});

test('the line that shows a violation again gives the same run', async () => {
  const first = await pinlab('run', lab);
  const [, ...words] = (/see it: (.*)/.exec(first.out)?.[1] ?? '').split(' ');
  expect(await pinlab(...words)).toEqual(first);
});

test('one JSON object, with the fields of the interface', async () => {
  const { code, out, err } = await pinlab('run', lab, '--json', '--policy', 'linux-6.1', '--seed', '9');
  expect({ code, err }).toEqual({ code: 0, err: '' });
  expect(jsonOf(out)).toMatchObject({ lab: 'pinned.lab.yaml', policy: 'linux-6.1', seed: 9, schedule: null, digest: expect.stringMatching(/^[0-9a-f]{16}$/) as string, violations: [], notices: [], expectations: [] });
  expect(jsonOf(out).operations[1]).toMatchObject({ actor: 'app', op: 'app.2', result: -1, errno: 'EOPNOTSUPP', blockedOn: null, startNs: 100 });
});

test('several policies give a block each, in JSON a list', async () => {
  const text = await pinlab('run', lab, '--policy', 'linux-4.14;linux-6.1');
  expect(text.out.match(/^pinned\.lab\.yaml {2}policy/gm)).toHaveLength(2);
  expect(text.code).toBe(10);
  const { out } = await pinlab('run', lab, '--policy', 'linux-4.14;linux-6.1', '--json');
  expect((JSON.parse(out) as RunSummary[]).map(({ policy }) => policy)).toEqual(['linux-4.14', 'linux-6.1']);
});

describe('exit codes', () => {
  test.each<readonly [string, () => string, number]>([
    ['a safety violation', () => lab, 10],
    ['a safety violation that the lab expects', () => expecting('expected.lab.yaml', '{ violated: S1 }'), 0],
    ['a safety violation of a lab that expects any', () => expecting('any.lab.yaml', '{ violated: any }'), 0],
    ['a violation expected under another policy', () => expecting('other.lab.yaml', '{ violated: S1, when: linux-6.1 }'), 10],
    ['an expectation that is not met, beside an expected violation', () => expecting('unmet.lab.yaml', '{ violated: S1 }', '{ op: admin.1, errno: ETXTBSY }'), 1],
    ['an expectation that is not met, beside an unexpected violation', () => expecting('both.lab.yaml', '{ op: admin.1, errno: ETXTBSY }'), 10],
    ['a liveness violation', () => files.write('starved.lab.yaml', starvedLab), 11],
    ['a bound that is hit', () => files.write('bound.lab.yaml', `${pinnedLab}bounds: { stepsMax: 5 }\n`), 12],
    ['a file that is not there', () => files.path('missing.lab.yaml'), 3],
    ['a directory', () => files.path('.'), 3],
    ['a lab with a mistake', () => files.write('broken.lab.yaml', pinnedLab.replace('size: 64 KiB', 'size: -1')), 3],
    ['a lab that names what no operation makes', () => files.write('mapping.lab.yaml', pinnedLab.replace('mapping: m ', 'mapping: nix ')), 3],
  ])('%s', async (_, path, code) => {
    expect(await pinlab('run', path())).toMatchObject({ code });
  });
});

describe('wrong usage', () => {
  test.each<readonly [readonly string[], string]>([
    [['run'], "missing required argument 'LAB'"],
    [['run', lab, '--sed', '1'], "unknown option '--sed'"],
    [['run', lab, '--seed', '-1'], 'Expected a whole number from zero up.'],
    [['run', lab, '--policy', 'linux-6.2'], '--policy: Unknown preset "linux-6.2". Did you mean "linux-6.1"?'],
    [['run', lab, '--policy', 'linux-4.14;linux-6.1', '--report', 'r.html'], '--report writes about one run, and this policy stands for 2.'],
    [['run', lab, '--why', 'op:admin.9'], 'no operation "admin.9"; there are app.1,'],
    [['walk'], "unknown command 'walk'"],
    [[], 'Usage: pinlab'],
  ])('%j', async (words, message) => {
    const { code, out, err } = await pinlab(...words);
    expect(code).toBe(2);
    expect(err).toContain(message);
    expect(out).not.toContain(message);
  });
});

test('a mistake in a lab is one line with its place, and in JSON an object besides', async () => {
  const path = files.write('mistake.lab.yaml', pinnedLab.replace('kind: rdma-nic', 'kind: rdma-nci'));
  const text = await pinlab('run', path);
  expect(text.err).toBe(`${path}:11:19: Unknown device kind "rdma-nci". Did you mean "rdma-nic"? There are cpu, host-memory, root-complex, pcie-switch, pmem-region, coherent-memory, nvme-ssd, sata-disk, gpu, rdma-nic, rdma-peer.\n`);
  expect(text.out).toBe('');
  const { out } = await pinlab('run', path, '--json');
  expect(JSON.parse(out)).toMatchObject({ diagnostics: [{ file: path, line: 11, column: 19, severity: 'error' }] });
});

test('what the engine finds wrong has its place in the file too', async () => {
  const path = files.write('engine.lab.yaml', pinnedLab.replace('mapping: m ', 'mapping: nix '));
  expect((await pinlab('run', path)).err).toMatch(/engine\.lab\.yaml:23:38: .*nix/);
});

test('fields that nobody knows are warned about and the lab runs', async () => {
  const path = files.write('future.lab.yaml', `${pinnedLab}future: 1\n`);
  const { code, err } = await pinlab('run', path, '--policy', 'linux-6.1');
  expect(code).toBe(0);
  expect(err).toBe(`${path}:31:1: warning: Unknown field "future"; it is kept and does nothing.\n`);
});

test('--why prints the chain behind an operation at the end of the run', async () => {
  const { out } = await pinlab('run', lab, '--policy', 'linux-6.1,longterm-file-pin=allow-all', '--why', 'op:admin.1');
  expect(out).toMatch(/blocked:\n {6}ftruncate F to 0 B by admin waits/);
  expect(out).toMatch(/\n {2}\d\. .*MR r/);
});

test('--why in JSON leaves the object alone', async () => {
  const { out, err } = await pinlab('run', lab, '--policy', 'linux-6.1', '--why', 'page:F:0', '--json');
  expect(jsonOf(out).policy).toBe('linux-6.1');
  expect(err).toBe('\npage 0 of F is a hole here: no frame lies behind it.\n');
});

test('--report writes one HTML file and says where', async () => {
  const path = files.path('report.html');
  const { err } = await pinlab('run', lab, '--report', path);
  expect(err).toBe(`report written to ${path}\n`);
  expect(readFileSync(path, 'utf8')).toMatch(/^<!doctype html>[^]*S1[^]*<\/html>\s*$/i);
});

test('a report that cannot be written is said, exit 4', async () => {
  const { code, err } = await pinlab('run', lab, '--report', files.path('none/report.html'));
  expect(code).toBe(4);
  expect(err).toContain('cannot be written: its directory does not exist.');
});

test('a defect of PinLab itself ends with 70 and a report', async () => {
  const { runProgram } = await import('../../../src-main/cli/program');
  let err = '';
  const broken = { out: () => { throw new Error('the pipe burst'); }, err: (text: string) => { err += text; }, isErrTty: false };
  expect(await runProgram(['run', lab], { version: '1.2.3', streams: broken })).toBe(70);
  const path = /The report is in (\S+)\. /.exec(err)?.[1] ?? '';
  expect(existsSync(path)).toBe(true);
  expect(readFileSync(path, 'utf8')).toMatch(/pinlab 1\.2\.3[^]*the pipe burst[^]*at /);
});

test('--steps prints every step with who took it, before the result', async () => {
  const { out } = await pinlab('run', lab, '--policy', 'linux-6.1,longterm-file-pin=allow-all', '--steps');
  const lines = out.split('\n');
  expect(lines[0]).toMatch(/^\s+0 ns\s+\S+/);
  expect(lines.some(line => /W4\s+scan for a busy page/.test(line))).toBe(true);
});
