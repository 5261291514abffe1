import { readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { labSchema } from '@shared/lab/catalogue-schema';
import type { Lab } from '@shared/lab/lab';
import { readLab, writeLab } from '../../../src-main/storage/lab-file';
import { catalogue } from '../../../src-main/sim/assemble';

const known = catalogue();
const labs = resolve(import.meta.dirname, '../../../resources/labs');
const names = readdirSync(labs, { recursive: true, encoding: 'utf8' }).filter(name => name.endsWith('.lab.yaml'));

describe.each(names)('%s', name => {
  const text = readFileSync(join(labs, name), 'utf8');

  function read(from: string): Lab {
    const result = readLab(from, name, known);
    if (!result.ok) throw new Error(result.refusal.map(({ line, message }) => `${line}: ${message}`).join('\n'));
    expect(result.value.warnings).toEqual([]);
    return result.value.lab;
  }

  test('is read without a warning, fits the published schema, and is written back byte by byte', () => {
    expect(labSchema(known).safeParse(parse(text)).error).toBeUndefined();
    expect(writeLab(text, read(text))).toBe(text);
  });

  test('an edit in the app changes its own lines only', () => {
    const lab = read(text);
    const [first] = Object.keys(lab.topology.nodes);
    const moved = { ...lab, layout: { ...lab.layout, [first ?? '']: { x: 1, y: 2 } }, seed: 99 };
    const written = writeLab(text, moved);
    expect(read(written)).toEqual(moved);
    const gone = text.split('\n').filter(line => !written.split('\n').includes(line));
    expect(gone.filter(line => !/^(seed:| {2}\S+: \{ x:)/.test(line))).toEqual([]);
  });
});
