import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import type { Expectation, Lab, LabActor, LabLink, LabNode, LabOperation } from '@shared/lab/lab';
import { labFromFile, labToFile, type Plain } from '@shared/lab/lab-form';
import { shapedLab } from '@shared/lab/lab-shape';
import { writeLab } from '../../../src-main/storage/lab-file';

const versionOne = readFileSync(new URL('../../formats/lab-v1.lab.yaml', import.meta.url), 'utf8');
const withUnknownFields = versionOne
  .replace('seed: 42', 'future:\n  depth: [1, 2]   # of the future\nseed: 42')
  .replace('    on: cpu0', '    nice: 5 # unknown\n    on: cpu0')
  .replace('kind: cpu }', 'kind: cpu, colour: red }');

function read(text: string): Lab {
  const shaped = shapedLab(parse(text) as Plain);
  if (!shaped.ok) throw new Error(JSON.stringify(shaped.refusal));
  return labFromFile(shaped.value.form);
}

type Editable<Value> = { -readonly [Key in keyof Value]: Value[Key] extends readonly (infer Item)[] ? Editable<Item>[] : Value[Key] extends object | undefined ? Editable<Value[Key]> : Value[Key] };
const editable = (lab: Lab): Editable<Lab> => structuredClone(lab) as unknown as Editable<Lab>;

function rewritten(change: (lab: Editable<Lab>) => void, text = versionOne): string {
  const lab = editable(read(text));
  change(lab);
  const written = writeLab(text, lab);
  expect(labToFile(read(written))).toEqual(labToFile(lab as unknown as Lab));
  return written;
}

/** Lines of one text that are not in the other, in order. */
const lost = (from: string, to: string): readonly string[] => from.split('\n').filter(line => !to.split('\n').includes(line));
const comments = (text: string): readonly string[] => (text.match(/#.*/g) ?? []).map(comment => comment.trim()).sort();

test.each([['as it is', versionOne], ['with unknown fields', withUnknownFields], ['with other line ends', versionOne.replaceAll('\n', '\r\n')], ['without a last line end', versionOne.trimEnd()]])(
  'a lab that did not change gives the same bytes: %s', (_, text) => {
    expect(rewritten(() => {}, text)).toBe(text);
  });

describe('a change touches its own line', () => {
  test.each<[string, (lab: Editable<Lab>) => void, readonly string[], readonly string[]]>([
    ['the seed', lab => { lab.seed = 43; }, ['seed: 42'], ['seed: 43']],
    ['a size', lab => { lab.topology.nodes['pmem0']!['size'] = '128 MiB'; }, ['      size: 64 MiB'], ['      size: 128 MiB']],
    ['a parameter of an operation', lab => { lab.actors['app']!.ops[1]!.parameters['page'] = 4; }, ['      - store: { map: m, page: 3 }'], ['      - store: { map: m, page: 4 }']],
    ['an operation less', lab => { lab.actors['app']!.ops.pop(); }, ['      - exit'], []],
    ['an operation more', lab => { lab.actors['app']!.ops.splice(1, 0, { word: 'kill', parameters: { actor: 'admin' } }); }, [], ['      - kill: { actor: admin }']],
    ['a node more', lab => { lab.topology.nodes['mem1'] = { kind: 'host-memory', size: '2 GiB' }; }, [], ['    mem1: { kind: host-memory, size: 2 GiB }']],
    ['a node renamed', lab => {
      lab.topology.nodes['ssd'] = lab.topology.nodes['nvme0']!;
      delete lab.topology.nodes['nvme0'];
      lab.topology.links[3]!.to = 'ssd';
    }, ['    nvme0: { kind: nvme-ssd, label: "the drive" }', '    - { from: rc0, to: nvme0, width: 4, gen: 4 }'], ['    ssd: { kind: nvme-ssd, label: "the drive" }', '    - { from: rc0, to: ssd, width: 4, gen: 4 }']],
    ['an expectation less', lab => { lab.expect!.shift(); }, ['  - { op: admin.1, result: 0, when: linux-6.1 }'], []],
    ['no policy', lab => { delete lab.policy; }, ['policy: linux-6.1,longterm-file-pin=allow-all'], []],
  ])('%s', (_, change, gone, come) => {
    const written = rewritten(change);
    expect(lost(versionOne, written)).toEqual(gone);
    expect(lost(written, versionOne)).toEqual(come);
  });

  test('fields that nobody knows stay, also where something beside them changes', () => {
    const written = rewritten(lab => {
      lab.seed = 1;
      lab.actors['app']!.ops.pop();
      lab.actors['worker'] = lab.actors['admin']!;
      delete lab.actors['admin'];
    }, withUnknownFields);
    expect(written).toContain('future:\n  depth: [1, 2]   # of the future\n');
    expect(written).toContain('    nice: 5 # unknown\n');
  });

  test('aliases are written out, so that only the changed place changes', () => {
    const text = versionOne.replace('- { from: cpu0, to: mem0 }', '- &wire { from: cpu0, to: mem0 }').replace('- { from: cpu0, to: rc0 }', '- *wire');
    const written = rewritten(lab => { lab.topology.links[2]!.to = 'rc0'; }, text);
    expect(written).not.toContain('*wire');
  });
});

test('a lab without a text becomes a file that reads back', () => {
  const lab = read(versionOne);
  const written = writeLab('', lab);
  expect(read(written)).toEqual(lab);
  expect(written).toContain('      - ftruncate: { file: F, size: 0, at: 5 us, repeat: forever }\n');
  expect(written).toContain('    cpu0: { kind: cpu }\n');
});

const text = fc.oneof(fc.constantFrom('a', '12', 'true', '# no comment', 'a: b', ' lead', 'two\nlines', '- x', "it's", '"', 'null', ''), fc.string({ maxLength: 12 }));
const scalar = fc.oneof(text, fc.integer(), fc.boolean());
const name = fc.constantFrom('cpu0', 'mem0', 'pmem0', 'app', 'admin', 'n1', 'new-one', '7', 'true', 'a[1]');
const operation: fc.Arbitrary<LabOperation> = fc.record({ word: fc.constantFrom('exit', 'store', 'mmap'), parameters: fc.dictionary(fc.constantFrom('file', 'at', 'page'), scalar) });
const actor: fc.Arbitrary<LabActor> = fc.record({ ops: fc.array(operation, { maxLength: 4 }) });
const node: fc.Arbitrary<LabNode> = fc.record({ kind: text, size: scalar });
const link: fc.Arbitrary<LabLink> = fc.record({ from: text, to: text });
const expectation: fc.Arbitrary<Expectation> = fc.record({ op: text, result: fc.integer() });

/** Edits as a person makes them, one at a time. */
const edit: fc.Arbitrary<(lab: Editable<Lab>) => void> = fc.oneof(
  text.map(value => (lab: Editable<Lab>) => { lab.title = value; }),
  text.map(value => (lab: Editable<Lab>) => { lab.notes = value; }),
  fc.nat().map(value => (lab: Editable<Lab>) => { lab.seed = value; }),
  fc.constantFrom<'seed' | 'policy' | 'layout' | 'expect' | 'bounds' | 'watch'>('seed', 'policy', 'layout', 'expect', 'bounds', 'watch').map(field => (lab: Editable<Lab>) => { Reflect.deleteProperty(lab, field); }),
  fc.tuple(name, node).map(([key, value]) => (lab: Editable<Lab>) => { lab.topology.nodes[key] = value; }),
  name.map(key => (lab: Editable<Lab>) => { Reflect.deleteProperty(lab.topology.nodes, key); }),
  fc.tuple(name, name).map(([from, to]) => (lab: Editable<Lab>) => {
    const moved = lab.actors[from];
    if (moved === undefined || from === to) return;
    Reflect.deleteProperty(lab.actors, from);
    lab.actors[to] = moved;
  }),
  fc.tuple(name, actor).map(([key, value]) => (lab: Editable<Lab>) => { lab.actors[key] = value as Editable<LabActor>; }),
  fc.tuple(fc.nat(6), fc.nat(3), fc.array(operation, { maxLength: 3 })).map(([at, gone, come]) => (lab: Editable<Lab>) => {
    for (const one of Object.values(lab.actors)) one.ops.splice(at, gone, ...structuredClone(come) as Editable<LabOperation>[]);
  }),
  fc.tuple(fc.nat(4), fc.nat(2), fc.array(link, { maxLength: 2 })).map(([at, gone, come]) => (lab: Editable<Lab>) => { lab.topology.links.splice(at, gone, ...come as Editable<LabLink>[]); }),
  fc.tuple(fc.nat(4), fc.nat(2), fc.array(expectation, { maxLength: 2 })).map(([at, gone, come]) => (lab: Editable<Lab>) => { lab.expect = [...lab.expect ?? []]; lab.expect.splice(at, gone, ...come as Editable<Expectation>[]); }),
);

test('whatever is edited, the file reads back as the lab, and unknown fields stay', () => {
  fc.assert(fc.property(fc.array(edit, { minLength: 1, maxLength: 6 }), fc.constantFrom(versionOne, withUnknownFields), (edits, start) => {
    const written = rewritten(lab => { for (const change of edits) change(lab); }, start);
    const { future } = parse(written) as { readonly future?: unknown };
    expect(future).toEqual(start === withUnknownFields ? { depth: [1, 2] } : undefined);
  }), { numRuns: 300 });
});

test('no comment is lost or doubled while nothing is taken away', () => {
  const additions = fc.array(fc.oneof(
    text.map(value => (lab: Editable<Lab>) => { lab.title = value; }),
    fc.nat().map(value => (lab: Editable<Lab>) => { lab.seed = value; }),
    fc.tuple(fc.constantFrom('x1', 'x2', 'x3'), node).map(([key, value]) => (lab: Editable<Lab>) => { lab.topology.nodes[key] = value; }),
    fc.tuple(fc.nat(6), operation).map(([at, come]) => (lab: Editable<Lab>) => { lab.actors['app']!.ops.splice(at, 0, come as Editable<LabOperation>); }),
    fc.tuple(fc.nat(6), link).map(([at, come]) => (lab: Editable<Lab>) => { lab.topology.links.splice(at, 0, come as Editable<LabLink>); }),
  ), { minLength: 1, maxLength: 5 });
  fc.assert(fc.property(additions, edits => {
    const written = rewritten(lab => { for (const change of edits) change(lab); });
    for (const comment of comments(versionOne)) expect(written.split(comment).length).toBe(2);
  }), { numRuns: 200 });
});
