import { expect, test } from 'vitest';
import type { Lab } from '@shared/lab/lab';
import { checkLab } from '@shared/lab/lab-check';
import { applyDiff, LabEdits, type LabDiff, type LabValue } from '@shared/lab/lab-diff';
import { catalogue as registries } from '../../../src-main/sim/assemble';
import { freeActorName, insertOperation, moveOperation, namesOf, newOperation, operationText, removeOperation } from '../../../src-renderer/workload/workload-edits';

const catalogue = registries();
const op = (word: string, parameters: Readonly<Record<string, string | number>> = {}) => ({ word, parameters });
const LAB: Lab = {
  version: 1, title: 'Test',
  topology: { nodes: { cpu0: { kind: 'cpu' }, pmem0: { kind: 'pmem-region', files: { F: { size: '16 KiB' } } }, nic0: { kind: 'rdma-nic' } }, links: [] },
  actors: { task0: { ops: [op('mmap', { name: 'm0', file: 'F' }), op('ibv-reg', { name: 'r', mapping: 'm0' }), op('exit')] } },
};

const edits = (): LabEdits => new LabEdits(LAB as unknown as LabValue);
const words = (diff: LabDiff): readonly string[] => ((applyDiff(LAB as unknown as LabValue, diff) as unknown as Lab).actors['task0']?.ops ?? []).map(({ word }) => word);

test('operations are inserted, moved and removed where they are meant to be', () => {
  expect(words(insertOperation(edits(), 'task0', 1, op('load', { mapping: 'm0' })))).toEqual(['mmap', 'load', 'ibv-reg', 'exit']);
  expect(words(moveOperation(edits(), LAB, 'task0', 0, 2))).toEqual(['ibv-reg', 'exit', 'mmap']);
  expect(words(moveOperation(edits(), LAB, 'task0', 2, 0))).toEqual(['exit', 'mmap', 'ibv-reg']);
  expect(words(removeOperation(edits(), 'task0', 1))).toEqual(['mmap', 'exit']);
});

test('references offer what the lab has', () => {
  expect(['file', 'mapping', 'mr', 'actor', 'rdma-nic', 'pipe'].map(target => namesOf(target, LAB))).toEqual([['F'], ['m0'], ['r'], ['task0'], ['nic0'], []]);
  expect(freeActorName(LAB)).toBe('task1');
});

test.each(catalogue.operations.map(entry => [entry.word, entry] as const))('a new %s is filled in so that the lab can be checked, where the lab has what it names', (_, entry) => {
  const lab: Lab = { ...LAB, actors: { task0: { ops: [...LAB.actors['task0']!.ops, newOperation(entry, LAB)] } } };
  const missing = entry.parameters.filter(({ type, required }) => required && type.kind === 'reference' && namesOf(type.to, LAB).length === 0);
  const errors = checkLab(lab, catalogue).filter(({ severity }) => severity === 'error');
  expect(errors.length > 0).toBe(missing.length > 0);
});

test('an operation without a run is worded by its parameters', () => {
  expect(operationText(op('ftruncate', { file: 'F', size: 0, at: '5 us' }), catalogue)).toBe('ftruncate F 0 at 5 us');
});
