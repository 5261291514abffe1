import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { promisify } from 'node:util';
import { build } from 'vite';
import { beforeAll, expect, test } from 'vitest';
import { folder, pinnedLab } from './pinlab';

const root = resolve(import.meta.dirname, '../../..');
const program = resolve(root, 'out/cli-test/pinlab.js');
const files = folder();
const run = promisify(execFile);

beforeAll(async () => {
  await build({
    root, configFile: false, logLevel: 'silent', resolve: { alias: { '@shared': resolve(root, 'src-shared') } },
    build: { ssr: true, outDir: resolve(root, 'out/cli-test'), emptyOutDir: true, target: 'node20.18', rolldownOptions: { input: { pinlab: resolve(root, 'src-main/cli/pinlab.ts') } } },
  });
}, 60_000);

test('runs on Node alone and passes its exit code on', async () => {
  const lab = files.write('a.lab.yaml', pinnedLab);
  const { version } = JSON.parse(readFileSync(resolve(root, 'package.json'), 'utf8')) as { readonly version: string };
  expect((await run(process.execPath, [program, '--version'])).stdout).toBe(`${version}\n`);
  expect((await run(process.execPath, [program, 'run', lab, '--policy', 'linux-6.1'])).stdout).toContain('EOPNOTSUPP');
  await expect(run(process.execPath, [program, 'run', lab])).rejects.toMatchObject({ code: 10, stderr: '' });
});

test('loads what a command needs when it needs it', () => {
  const imported = [...readFileSync(program, 'utf8').matchAll(/^import .*?from\s*"([^"]+)"/gm)].map(match => match[1] ?? '').filter(name => !name.startsWith('.'));
  expect(imported.filter(name => !name.startsWith('node:'))).toEqual(['commander']);
});

test('a reader that stops reading is no fault', async () => {
  const { stdout, stderr } = await run('sh', ['-c', `"${process.execPath}" "${program}" help schema | head -1`]);
  expect({ stdout, stderr }).toEqual({ stdout: '{\n', stderr: '' });
});

test('Ctrl-C ends a run in the middle of its steps', async () => {
  // Thirty thousand operations take seconds, in the middle of which no handler would get its turn.
  const long = `${pinnedLab}${'      - pread: { file: F }\n'.repeat(30_000)}`;
  const child = spawn(process.execPath, [program, 'run', files.write('long.lab.yaml', long)], { stdio: ['ignore', 'ignore', 'pipe'] });
  await new Promise(later => setTimeout(later, 1000));
  expect(child.exitCode).toBeNull();
  child.kill('SIGINT');
  const [, signal] = await once(child, 'exit') as [number | null, string | null];
  expect(signal).toBe('SIGINT');
});
