import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { labJsonSchema, labSchema } from '@shared/lab/catalogue-schema';
import { fakeCatalogue } from '../../support/fake-catalogue';

const versionOne = readFileSync(new URL('../../formats/lab-v1.lab.yaml', import.meta.url), 'utf8');
const accepts = (text: string): boolean => labSchema(fakeCatalogue).safeParse(parse(text)).success;

describe('the schema made from a catalogue', () => {
  test('accepts a lab of that catalogue', () => {
    expect(accepts(versionOne)).toBe(true);
  });

  test.each([
    ['a kind that is not in it', 'kind: nvme-ssd', 'kind: floppy'],
    ['an operation that is not in it', '- ftruncate:', '- frobnicate:'],
    ['a parameter that the operation lacks', 'page: 3', 'pages: 3'],
    ['an operation without what it needs', 'map: m, page: 3', 'map: m'],
    ['a bare word whose operation needs parameters', '- exit', '- store'],
    ['a choice that is none', 'repeat: forever', 'repeat: sometimes'],
  ])('refuses %s', (_, from, to) => {
    expect(accepts(versionOne.replace(from, to))).toBe(false);
  });

  test('describes every kind and word in the catalogue’s own sentences', () => {
    const text = JSON.stringify(labJsonSchema(fakeCatalogue));
    for (const { doc } of [...fakeCatalogue.devices, ...fakeCatalogue.operations]) expect(text).toContain(JSON.stringify(doc));
  });
});
