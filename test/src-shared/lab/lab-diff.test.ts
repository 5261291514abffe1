import fc from 'fast-check';
import { expect, test } from 'vitest';
import { applyDiff, invertDiff, LabEdits, valueAt, type LabDiff, type LabPath, type LabValue } from '@shared/lab/lab-diff';

const LAB = {
  version: 1, title: 'Test',
  topology: { nodes: { nic0: { kind: 'rdma-nic' }, pmem0: { kind: 'pmem-region', size: '1 MiB', files: { F: { size: 4096 } } } }, links: [{ from: 'nic0', to: 'rc0' }, { from: 'rc0', to: 'cpu0' }] },
  actors: { app: { ops: [{ word: 'mmap', parameters: { file: 'F' } }, { word: 'exit', parameters: {} }] } },
};

/** The text of the document: order of keys counts, as it does in the file. */
const text = (value: LabValue): string => JSON.stringify(value);

test('a removed key comes back at its old place', () => {
  const diff = new LabEdits(LAB).set(['topology', 'nodes', 'nic0'], undefined).diff();
  const without = applyDiff(LAB, diff);
  expect(valueAt(without, ['topology', 'nodes', 'nic0'])).toBeUndefined();
  expect(text(applyDiff(without, invertDiff(diff)))).toBe(text(LAB));
});

test('a rename keeps the place of the key', () => {
  const renamed = applyDiff(LAB, new LabEdits(LAB).rename(['topology', 'nodes', 'nic0'], 'nic7').diff());
  expect(Object.keys(valueAt(renamed, ['topology', 'nodes']) as object)).toEqual(['nic7', 'pmem0']);
});

test('setting below a map that is not there brings it into being, and undo takes it away', () => {
  const diff = new LabEdits(LAB).set(['layout', 'nic0'], { x: 8, y: 16 }).diff();
  const placed = applyDiff(LAB, diff);
  expect(valueAt(placed, ['layout', 'nic0', 'y'])).toBe(16);
  expect(text(applyDiff(placed, invertDiff(diff)))).toBe(text(LAB));
});

test('setting what is there already is no edit', () => {
  expect(new LabEdits(LAB).set(['title'], 'Test').diff()).toEqual([]);
});

test('a diff is refused by a document that it was not made for', () => {
  const diff = new LabEdits(LAB).set(['title'], 'Other').diff();
  expect(() => applyDiff(applyDiff(LAB, diff), diff)).toThrow(/applies to the document it was made for/);
});

const key = fc.constantFrom('a', 'b', 'c', 'kind', 'size');
const leaf = fc.oneof(fc.integer(), fc.string(), fc.boolean(), fc.constant({ kind: 'cpu' }), fc.constant([1, 2, 3]));
const gesture = fc.oneof(
  fc.record({ kind: fc.constant('set' as const), path: fc.array(key, { minLength: 1, maxLength: 3 }), value: leaf }),
  fc.record({ kind: fc.constant('remove' as const), path: fc.array(key, { minLength: 1, maxLength: 3 }) }),
  fc.record({ kind: fc.constant('insert' as const), at: fc.nat(), value: leaf }),
  fc.record({ kind: fc.constant('take' as const), at: fc.nat() }),
);

/** The diff of one gesture against a document; none where the gesture makes no sense there. */
function diffOf(document: LabValue, what: typeof gesture extends fc.Arbitrary<infer Gesture> ? Gesture : never): LabDiff {
  const links: LabPath = ['topology', 'links'];
  const count = (valueAt(document, links) as readonly LabValue[]).length;
  const edits = new LabEdits(document);
  switch (what.kind) {
    case 'set': return isOpen(document, what.path) ? edits.set(['scratch', ...what.path], what.value).diff() : [];
    case 'remove': return valueAt(document, ['scratch', ...what.path]) === undefined ? [] : edits.set(['scratch', ...what.path], undefined).diff();
    case 'insert': return edits.insert(links, what.at % (count + 1), what.value).diff();
    case 'take': return count === 0 ? [] : edits.removeItem(links, what.at % count).diff();
  }
}

/** Whether only maps lie on the way to the last key of `path`. */
function isOpen(document: LabValue, path: readonly string[]): boolean {
  return path.slice(0, -1).every((_, depth) => {
    const found = valueAt(document, ['scratch', ...path.slice(0, depth + 1)]);
    return found === undefined || (typeof found === 'object' && found !== null && !Array.isArray(found));
  });
}

test('1 000 random edits, then all undone: the text of the start; all redone: the text of the end', () => {
  fc.assert(fc.property(fc.array(gesture, { minLength: 1_000, maxLength: 1_000 }), gestures => {
    let document: LabValue = LAB;
    const diffs: LabDiff[] = [];
    for (const one of gestures) {
      const diff = diffOf(document, one);
      document = applyDiff(document, diff);
      diffs.push(diff);
    }
    const end = text(document);
    for (const diff of diffs.toReversed()) document = applyDiff(document, invertDiff(diff));
    expect(text(document)).toBe(text(LAB));
    for (const diff of diffs) document = applyDiff(document, diff);
    expect(text(document)).toBe(end);
  }), { numRuns: 5 });
});
