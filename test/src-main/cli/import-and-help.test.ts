import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { labJsonSchema } from '@shared/lab/catalogue-schema';
import { helpTopics } from '../../../src-main/cli/help-topics';
import { catalogue } from '../../../src-main/sim/assemble';
import { folder, pinlab } from './pinlab';

const files = folder();
const sample = fileURLToPath(new URL('../../samples/hwloc/24em64t-2n6c2t-pci.xml', import.meta.url));

describe('import', () => {
  test('writes a lab that runs, whatever the file is called', async () => {
    const renamed = files.write('machine.txt', readFileSync(sample, 'utf8'));
    const lab = files.path('machine.lab.yaml');
    const { code, out, err } = await pinlab('import', renamed, '-o', lab);
    expect({ code, err }).toEqual({ code: 0, err: `lab written to ${lab}\n` });
    expect(out).toMatch(/^ProLiant SL390s G7 \(hwloc-xml\): 5 nodes, 4 links$/m);
    expect(out).toMatch(/^left out \(\d+\)$/m);
    expect(await pinlab('run', lab)).toMatchObject({ code: 0, err: '' });
  });

  test('prints one JSON object', async () => {
    const { out } = await pinlab('import', sample, '--json');
    expect(Object.keys(JSON.parse(out) as object)).toEqual(['kind', 'topology', 'guessed', 'ignored', 'conflicts']);
  });

  test.each([
    ['an unknown content', () => [files.write('x.xml', 'hello')], 'Tried: hwloc XML'],
    ['malformed XML', () => [files.write('y.xml', '<topology>\n<object></topology>')], 'y.xml:2:'],
    ['a missing file', () => [files.path('missing.xml')], 'there is no such file'],
    ['two machines', () => [sample, sample], 'Import one at a time.'],
  ])('refuses %s', async (_, names, message) => {
    const { code, err } = await pinlab('import', ...names());
    expect(code).toBe(3);
    expect(err).toContain(message);
  });
});

describe('help', () => {
  test('lists commands and topics', async () => {
    const { code, out } = await pinlab('help');
    expect(code).toBe(0);
    for (const word of ['run [options] <LAB>', 'exit-codes', 'ftruncate', 'rdma-nic', 'truncate-vs-dma', 'linux-6.1', 'S1']) expect(out).toContain(word);
  });

  test.each(helpTopics(catalogue()).map(({ name }) => name).filter(name => name !== 'schema'))('%s', async name => {
    const { code, out, err } = await pinlab('help', name);
    expect({ code, err }).toEqual({ code: 0, err: '' });
    expect(out).toMatch(/^NAME\n {2}\S+ - \S/);
  });

  test('of the schema is the schema', async () => {
    const { out } = await pinlab('help', 'schema');
    expect(JSON.parse(out)).toEqual(labJsonSchema(catalogue()));
  });

  test('of a command is what its --help prints', async () => {
    const { out } = await pinlab('help', 'run');
    expect(out).toContain('--policy <POLICY>');
    expect(out).toContain('Examples:');
    expect((await pinlab('run', '--help')).out).toBe(out);
  });

  test('an unknown topic names the nearest', async () => {
    expect(await pinlab('help', 'ftruncat')).toMatchObject({ code: 2, err: expect.stringContaining('Did you mean "ftruncate"?') as string });
  });

  test('the example of the lab page is a lab that runs as it expects', async () => {
    const { out } = await pinlab('help', 'lab');
    const example = /EXAMPLE\n((?: {2}.*\n)+)/.exec(out)?.[1]?.replaceAll(/^ {2}/gm, '') ?? '';
    expect(await pinlab('check', files.write('example.lab.yaml', example))).toMatchObject({ code: 0 });
  });

  test('the examples of the expectations page are expectations', async () => {
    const { out } = await pinlab('help', 'expectations');
    const items = /EXAMPLES\n([^]*)/.exec(out)?.[1] ?? '';
    const lab = (await pinlab('help', 'lab')).out.match(/EXAMPLE\n((?: {2}.*\n)+)/)?.[1]?.replaceAll(/^ {2}/gm, '').replace(/expect:[^]*/, '') ?? '';
    expect((await pinlab('run', files.write('items.lab.yaml', `${lab}expect:\n${items}`))).err).toBe('');
  });

  test('the version', async () => {
    expect(await pinlab('--version')).toEqual({ code: 0, out: '1.2.3\n', err: '' });
  });
});
