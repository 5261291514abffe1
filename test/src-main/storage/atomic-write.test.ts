import { chmod, lstat, mkdtemp, readdir, readFile, rm, stat, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { writeAtomically } from '../../../src-main/storage/atomic-write';

let folder = '';
beforeEach(async () => { folder = await mkdtemp(join(tmpdir(), 'pinlab-')); });
afterEach(async () => { await rm(folder, { recursive: true }); });

test('a new file holds what was written and nothing lies beside it', async () => {
  await writeAtomically(join(folder, 'a.lab.yaml'), 'text');
  expect(await readdir(folder)).toEqual(['a.lab.yaml']);
  expect(await readFile(join(folder, 'a.lab.yaml'), 'utf8')).toBe('text');
});

test('an old file is replaced and keeps its mode', async () => {
  const path = join(folder, 'a');
  await writeFile(path, 'old');
  await chmod(path, 0o646);
  await writeAtomically(path, new Uint8Array([110, 101, 119]));
  expect(await readFile(path, 'utf8')).toBe('new');
  expect((await stat(path)).mode & 0o777).toBe(0o646);
});

test('a reader that had the old file open still reads the old one', async () => {
  const path = join(folder, 'a');
  await writeFile(path, 'old');
  const before = (await stat(path)).ino;
  await writeAtomically(path, 'new');
  expect((await stat(path)).ino).not.toBe(before);
});

test('a symbolic link stays one and its target is replaced', async () => {
  await writeFile(join(folder, 'target'), 'old');
  await symlink('target', join(folder, 'link'));
  await writeAtomically(join(folder, 'link'), 'new');
  expect((await lstat(join(folder, 'link'))).isSymbolicLink()).toBe(true);
  expect(await readFile(join(folder, 'target'), 'utf8')).toBe('new');
});

test('what cannot be written is thrown and leaves nothing behind', async () => {
  await expect(writeAtomically(join(folder, 'missing', 'a'), 'text')).rejects.toThrow('ENOENT');
  await expect(writeAtomically(folder, 'text')).rejects.toThrow('EISDIR');
  expect(await readdir(folder)).toEqual([]);
});
