import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import type { Diagnostic } from '@shared/protocol/commands';
import { readLab, type ReadLab } from '../../../src-main/storage/lab-file';
import { fakeCatalogue } from '../../support/fake-catalogue';

const versionOne = readFileSync(new URL('../../formats/lab-v1.lab.yaml', import.meta.url), 'utf8');

function accepted(text: string): ReadLab {
  const read = readLab(text, 'x.lab.yaml', fakeCatalogue);
  if (!read.ok) throw new Error(read.refusal.map(shown).join('\n'));
  return read.value;
}

function refusal(text: string): readonly Diagnostic[] {
  const read = readLab(text, 'x.lab.yaml', fakeCatalogue);
  if (read.ok) throw new Error('the lab was accepted');
  return read.refusal;
}

const shown = ({ file, line, column, message }: Diagnostic): string => `${file}:${line}:${column}: ${message}`;
/** The lab of version 1 with one line changed. */
const changed = (from: string, to: string): string => {
  if (!versionOne.includes(from)) throw new Error(`no "${from}" in the lab`);
  return versionOne.replace(from, to);
};

test('a lab of version 1 means what it always meant', () => {
  const { lab, warnings } = accepted(versionOne);
  expect(warnings).toEqual([]);
  expect(lab.topology.nodes['pmem0']).toEqual({ kind: 'pmem-region', size: '64 MiB', fs: 'xfs', files: { F: { size: '64 KiB', layout: 'written' } } });
  expect(lab.topology.links[3]).toEqual({ from: 'rc0', to: 'nvme0', width: 4, gen: 4 });
  expect(lab.actors['app']?.ops).toEqual([
    { word: 'mmap', parameters: { file: 'F', as: 'm' } }, { word: 'store', parameters: { map: 'm', page: 3 } }, { word: 'exit', parameters: {} },
  ]);
  expect(lab).toMatchObject({ version: 1, policy: 'linux-6.1,longterm-file-pin=allow-all', seed: 42, notes: 'Written by hand.\nComments are part of it.\n' });
});

describe('one mistake gives one error at its place', () => {
  test.each([
    ['bad YAML', changed('links:', 'links: ['), /^x\.lab\.yaml:\d+:\d+: .+ Correct the YAML here\.$/],
    ['a key twice', changed('seed: 42', 'seed: 42\nseed: 43'), 'x.lab.yaml:44:1: This key stands twice in one map; keep one of them. Correct the YAML here.'],
    ['no version', changed('version: 1\n', ''), 'This lab has no version. Begin the file with "version: 1".'],
    ['a newer version', changed('version: 1', 'version: 2'), 'x.lab.yaml:2:10: This lab was written by a newer PinLab: version 2; this one reads 1. Open it with the newer one.'],
    ['a version that is no number', changed('version: 1', 'version: one'), 'x.lab.yaml:2:10: version is "one"; expected a whole number from 1 to 1.'],
    ['not a lab', 'just words', 'This is not a lab; expected a map with version, title, topology and actors.'],
    ['an empty file', '', 'This is not a lab;'],
    ['no title', changed(/title: .*/.exec(versionOne)![0], ''), 'x.lab.yaml:2:1: "title" is missing: expected a text.'],
    ['an unknown kind', changed('kind: nvme-ssd', 'kind: nvme'), 'x.lab.yaml:17:20: Unknown device kind "nvme". Did you mean "nvme-ssd"? There are cpu, host-memory,'],
    ['an unknown kind that others refer to', changed('kind: cpu', 'kind: gpu'), 'Unknown device kind "gpu". Did you mean "cpu"?'],
    ['an unknown operation', changed('- ftruncate:', '- ftrunkate:'), 'x.lab.yaml:39:9: Unknown operation "ftrunkate". Did you mean "ftruncate"? There are mmap,'],
    ['an unknown parameter', changed('at: 5 us', 'in: 5 us'), 'x.lab.yaml:39:40: Unknown parameter of ftruncate "in". There are file, size, at, repeat.'],
    ['a missing parameter', changed('map: m, page: 3', 'map: m'), 'x.lab.yaml:34:9: store needs "page": The page.'],
    ['a negative size', changed('size: 64 MiB', 'size: -64 MiB'), 'x.lab.yaml:12:13: size is "-64 MiB": is negative; expected zero or more, with B, KiB, MiB, GiB or TiB.'],
    ['a size out of range', changed('size: 64 MiB', 'size: 1 B'), 'size is "1 B": out of range; expected 4 KiB to 16 TiB.'],
    ['an unknown unit', changed('size: 64 MiB', 'size: 64 MeV'), 'size is "64 MeV": unknown unit "MeV", with B, KiB, MiB, GiB or TiB.'],
    ['a negative size of a file', changed('size: 64 KiB', 'size: -1'), 'x.lab.yaml:15:20: size of file F is "-1": is negative'],
    ['a missing parameter of a node', changed('size: 64 MiB\n', '\n'), 'x.lab.yaml:10:5: A pmem-region needs "size": The size.'],
    ['a choice that is none', changed('fs: xfs', 'fs: xsf'), 'x.lab.yaml:13:11: fs is "xsf": expected one of xfs, ext4 (did you mean xfs?).'],
    ['a list where a text belongs', changed('policy: linux-6.1,longterm-file-pin=allow-all', 'policy: [a, b]'), 'x.lab.yaml:42:1: policy is a list: expected a text.'],
    ['a seed that is no number', changed('seed: 42', 'seed: many'), 'x.lab.yaml:43:7: seed is "many": expected a whole number.'],
    ['an operation that is a number', changed('- exit', '- 7'), 'Item 3 is 7: expected an operation: one word with its parameters'],
    ['a parameter that is a list', changed('page: 3', 'page: [3]'), 'page is a list: expected a text, a number, true or false.'],
    ['a file that does not exist', changed('ftruncate: { file: F', 'ftruncate: { file: G'), 'x.lab.yaml:39:28: Unknown file "G". There are F.'],
    ['an actor that does not exist', changed('actor: app', 'actor: ap'), 'Unknown actor "ap". Did you mean "app"? There are app, admin.'],
    ['a cpu that does not exist', changed('on: cpu0', 'on: cpu1'), 'Unknown cpu or rdma-peer "cpu1". Did you mean "cpu0"? There are cpu0.'],
    ['a wire to nowhere', changed('to: nvme0', 'to: nvme1'), 'x.lab.yaml:23:24: Unknown node "nvme1". Did you mean "nvme0"?'],
    ['an illegal wire', changed('{ from: cpu0, to: mem0 }', '{ from: nvme0, to: mem0 }'), /^x\.lab\.yaml:19:7: The link from nvme0 to mem0 cannot be: /],
    ['a wrong policy', changed('policy: linux-6.1', 'policy: linux-6.2'), 'x.lab.yaml:42:9: Unknown preset "linux-6.2".'],
    ['an unknown invariant', changed('notViolated: S1', 'notViolated: S99'), 'Unknown invariant "S99".'],
    ['an expectation about two things', changed('op: admin.1', 'op: admin.1, page: "F:1"'), 'x.lab.yaml:50:5: This expectation is about op and page; expected exactly one of'],
    ['an expectation that says nothing of its page', changed('notViolated: S1', 'page: "F:1"'), 'x.lab.yaml:51:5: This expectation says nothing about page F:1; expected one of ref, pins, maps, maybePinned, owner, content, entry'],
    ['an expectation with a fact of something else', changed('notViolated: S1', 'file: F, size: 0, ref: 1'), '"ref" says nothing about file F. There are size.'],
    ['an unknown field of an expectation', changed('notViolated: S1', 'notViolate: S1'), 'An expectation has no field "notViolate". Did you mean "notViolated"?'],
    ['a name with a dot', changed('mem0: ', 'mem.0: '), 'x.lab.yaml:8:5: "mem.0" is not a name'],
    ['binary data', 'version: 1\ntitle: \0', 'x.lab.yaml:2:8: This is binary data, not text; expected a lab file (*.lab.yaml).'],
    ['an alias bomb', aliasBomb(), /Excessive alias count/],
  ])('%s', (_, text, expected) => {
    const found = refusal(text);
    expect(found.map(shown).join('\n')).toMatch(expected);
    expect(found).toHaveLength(1);
    expect(found[0]?.severity).toBe('error');
  });
});

function aliasBomb(): string {
  const levels = 'bcdefghij'.split('').map((name, at) => `${name}: &${name} [${Array.from({ length: 9 }, () => `*${'abcdefghi'[at] ?? ''}`).join(', ')}]`);
  return `version: 1\na: &a [lol, lol]\n${levels.join('\n')}\n`;
}

describe('noise of any size is refused at once, with one error', () => {
  test.each([
    ['brackets', `version: ${'['.repeat(2 ** 20 - 20)}`, 'nested deeper than 500 brackets'],
    ['a megabyte without a version', 'a: %{[\n'.repeat(2 ** 17), 'This is not a lab;'],
    ['steps down the page', Array.from({ length: 1400 }, (_, at) => `${' '.repeat(at)}version:`).join('\n'), 'nested too deep'],
  ])('%s', (_, text, message) => {
    expect(refusal(text).map(shown)).toEqual([expect.stringContaining(message)]);
  });
});

test('ten megabytes of noise are refused at once', () => {
  const noise = Array.from({ length: 10 * 2 ** 20 / 64 }, (_, at) => `${at}: ${'%&{[<>]}*'.repeat(6)}`).join('\n');
  const found = refusal(noise);
  expect(found.map(shown)).toEqual([expect.stringMatching(/This file has \d[\d.]* MiB; a lab may have 1 MiB\./)]);
});

test('fields that nobody knows are reported and not part of the lab’s meaning', () => {
  const { lab, warnings } = accepted(changed('kind: cpu', 'kind: cpu, colour: red').replace('seed: 42', 'sede: 42').replace('on: cpu0', 'on: cpu0\n    nice: 5'));
  expect(warnings.map(shown)).toEqual([
    expect.stringContaining('Unknown field "nice"; it is kept and does nothing.'),
    expect.stringContaining('x.lab.yaml:44:1: Unknown field "sede"; it is kept and does nothing. Did you mean "seed"?'),
    expect.stringContaining('A cpu has no parameter "colour"; it is kept and does nothing.'),
  ]);
  expect(warnings.every(({ severity }) => severity === 'warning')).toBe(true);
  expect(lab.seed).toBeUndefined();
});

test('a problem that the engine found gets its place in the file', () => {
  const { diagnose } = accepted(versionOne);
  expect(shown(diagnose({ path: ['actors', 'app', 'ops', 1, 'parameters', 'map'], message: 'm' }))).toBe('x.lab.yaml:34:23: m');
  expect(shown(diagnose({ path: ['actors', 'app', 'ops', 1], message: 'm' }))).toBe('x.lab.yaml:34:9: m');
  expect(shown(diagnose({ path: ['actors', 'app', 'ops', 2, 'word'], message: 'm' }))).toBe('x.lab.yaml:35:9: m');
  expect(shown(diagnose({ path: ['nowhere', 1], message: 'm' }))).toBe('x.lab.yaml:2:1: m');
});
