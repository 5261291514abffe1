import { describe, expect, test } from 'vitest';
import { checkLab } from '@shared/lab/lab-check';
import type { Expectation, Lab, LabActor } from '@shared/lab/lab';
import { catalogue } from '../../../src-main/sim/assemble';
import { run } from '../../support/run';
import { smallLab } from '../../support/small-lab';

const known = catalogue();
const lab = smallLab({ files: { F: 2 }, actors: { A: [['mmap', { name: 'm', file: 'F' }], ['ibv-reg', { name: 'r', mapping: 'm', nic: 'nic0' }]], N: { on: 'peer', ops: [['rdma-write', { mr: 'r', nic: 'nic0' }]] } } });
const found = (of: Lab): readonly string[] => checkLab(of, known).filter(({ severity }) => severity === 'error').map(({ path, message }) => `${path.join('.')}: ${message}`);

describe('a node of an unknown kind', () => {
  test.each(['nic0', 'peer', 'cpu0'])('is the one thing that is wrong where others refer to %s', node => {
    const { nodes } = lab.topology;
    const broken = { ...lab, topology: { ...lab.topology, nodes: { ...nodes, [node]: { ...nodes[node], kind: 'abacus' } } } };
    expect(found(broken)).toEqual([expect.stringContaining(`topology.nodes.${node}.kind: Unknown device kind "abacus".`)]);
  });

  test('excuses nobody who refers to something else', () => {
    const { nodes } = lab.topology;
    const broken = { ...lab, topology: { ...lab.topology, nodes: { ...nodes, nic0: { kind: 'abacus' }, nic1: { kind: 'nvme-ssd' } } } };
    const refers = { ...broken, actors: { ...lab.actors, N: { on: 'peer', ops: [{ word: 'rdma-write', parameters: { mr: 'r', nic: 'nic1' } }] } } };
    expect(found(refers)).toHaveLength(2);
  });
});

describe('what belongs to a process', () => {
  const threads = (first: Partial<LabActor>, second: Partial<LabActor>): readonly string[] =>
    found({ ...lab, actors: { A: { process: 'P', ops: [], ...first }, B: { process: 'P', ops: [], ...second } } });

  test.each<[Partial<LabActor>, Partial<LabActor>, string]>([
    [{}, { memlock: '4 KiB' }, 'memlock'], [{ memlock: '8 KiB' }, { memlock: '4 KiB' }, 'memlock'], [{}, { ipcLock: true }, 'ipcLock'], [{ ipcLock: true }, { ipcLock: false }, 'ipcLock'],
  ])('%j of its first actor and %j of another is refused at its place', (first, second, field) => {
    expect(threads(first, second)).toEqual([expect.stringContaining(`actors.B.${field}: ${field} belongs to the process: that of P is what A, its first actor, says.`)]);
  });

  test.each<[Partial<LabActor>, Partial<LabActor>]>([
    [{ memlock: '4 KiB' }, {}], [{ memlock: '4 KiB' }, { memlock: 4096 }], [{ ipcLock: true }, { ipcLock: true }], [{}, { ipcLock: false }],
  ])('%j of its first actor and %j of another agree', (first, second) => {
    expect(threads(first, second)).toEqual([]);
  });
});

describe('an expectation', () => {
  const expecting = (expectation: Expectation): readonly string[] => found({ ...lab, expect: [expectation] });

  test.each<[Expectation, string]>([
    [{ page: 'F:1' }, 'expected one of ref, pins, maps, maybePinned, owner, content, '], [{ fs: 'pmem0' }, 'expected one of free, allocatable, busyGeneration.'],
    [{ file: 'F' }, 'expected one of size.'], [{ process: 'A' }, 'expected one of pinnedVm.'],
    [{ order: [] }, 'This order names no operation.'],
    [{ file: 'F', ref: 1, size: 0 }, '"ref" says nothing about file F. There are size.'], [{ violated: 'S1', errno: 'EIO' }, '"errno" says nothing about violated S1.'],
  ])('%j asserts nothing', (expectation, message) => {
    expect(expecting(expectation)).toEqual([expect.stringContaining(message)]);
  });

  test.each<[Expectation]>([
    [{ page: 'F:1', maps: 0 }], [{ fs: 'pmem0', free: 3 }], [{ file: 'F', size: 0 }], [{ process: 'A', pinnedVm: 0 }], [{ op: 'A.1' }], [{ order: ['A.1', 'A.2'] }], [{ notViolated: 'any' }],
  ])('%j does', expectation => {
    expect(expecting(expectation)).toEqual([]);
  });
});

test('an operation that was never reached is not blocked on nothing', () => {
  const ops = [['exit'], ['wait', { for: '1 us' }]] as const;
  const { summary } = run({ ...smallLab({ actors: { A: ops } }), expect: [{ op: 'A.2', blockedOn: 'nothing' }, { op: 'A.1', blockedOn: 'nothing' }] });
  expect(summary.expectations.map(({ ok, reason }) => [ok, reason])).toEqual([[false, 'A.2 was never reached (skipped)'], [true, 'A.1 is not blocked']]);
});

test.each<[Expectation, string]>([
  [{ op: 'A.1', blockedOn: 'nothing', upTo: 'nowhere' }, 'Unknown schedule "nowhere"'],
  [{ op: 'A.1', blockedOn: 'nothing', upTo: 'early', schedule: 'early' }, 'upTo says itself which run it speaks about'],
  [{ violated: 'S1', upTo: 'early' }, 'judged over a whole run'],
])('%j names no moment that can be judged', (expectation, message) => {
  expect(found({ ...lab, schedules: [{ name: 'early', text: 'A' }], expect: [expectation] })).toEqual([expect.stringContaining(message)]);
});

test('an expectation of a moment is judged there, not at the end, and by no other run', () => {
  const ops = [['mmap', { name: 'm', file: 'F' }], ['store', { mapping: 'm', pages: '0+1' }], ['munmap', { mapping: 'm' }]] as const;
  const stored: Lab = {
    ...smallLab({ files: { F: 1 }, actors: { A: ops } }), schedules: [{ name: 'stored', text: 'A>O3' }],
    expect: [{ page: 'F:0', maps: 1, upTo: 'stored' }, { page: 'F:0', maps: 0 }, { op: 'A.3', blockedOn: 'anything', upTo: 'stored' }],
  };
  expect(run(stored, { schedule: 'stored' }).summary.expectations.map(({ ok }) => ok)).toEqual([true, null, false]);
  expect(run(stored).summary.expectations.map(({ ok, schedule }) => [ok, schedule])).toEqual([[null, 'stored'], [true, null], [null, 'stored']]);
});

test('what an operation saw may be one of several', () => {
  const ops = [['mmap', { name: 'm', file: 'F' }], ['load', { mapping: 'm' }]] as const;
  const { summary } = run({ ...smallLab({ files: { F: 1 }, actors: { A: ops } }), expect: [{ op: 'A.2', sees: ['zero', 'F'] }, { op: 'A.2', sees: ['zero', 'A.2'] }] });
  expect(summary.expectations.map(({ ok, reason }) => [ok, reason])).toEqual([[true, 'what A.2 saw is F'], [false, 'what A.2 saw is F']]);
});
