import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { CliFailure, fileFailure } from './cli-failure';

const LAB_ENDING = '.lab.yaml';

/**
 * Lab files that a pattern names, sorted: `*` and `?` within a name, `**` across directories, `{a,b}` alternatives.
 * A directory stands for every lab below it. A pattern that names nothing ends the command.
 */
export async function labsNamed(pattern: string): Promise<readonly string[]> {
  const found = /[*?{]/.test(pattern) ? await matching(pattern) : await fileOrFolder(pattern);
  if (found.length === 0) throw new CliFailure('badInput', `${pattern}: names no lab. Labs end in ${LAB_ENDING}.`);
  return found.sort();
}

async function fileOrFolder(path: string): Promise<string[]> {
  let isFolder: boolean;
  try {
    isFolder = (await stat(path)).isDirectory();
  } catch (error) {
    throw fileFailure(error, path, 'read');
  }
  return isFolder ? (await filesBelow(path)).filter(file => file.endsWith(LAB_ENDING)) : [path];
}

async function matching(pattern: string): Promise<string[]> {
  const parts = pattern.split('/');
  const fixed = parts.slice(0, parts.findIndex(part => /[*?{]/.test(part)));
  const expression = expressionOf(pattern);
  return (await filesBelow(fixed.length === 0 ? '.' : fixed.join('/') || '/')).filter(file => expression.test(file));
}

async function filesBelow(folder: string): Promise<string[]> {
  try {
    const entries = await readdir(folder, { recursive: true, withFileTypes: true });
    return entries.filter(entry => !entry.isDirectory() && !entry.parentPath.includes('node_modules')).map(entry => join(entry.parentPath, entry.name));
  } catch (error) {
    throw fileFailure(error, folder, 'read');
  }
}

function expressionOf(pattern: string): RegExp {
  const source = pattern.replace(/^\.\//, '').replace(/\*\*\/|\*\*|\*|\?|\{[^{}]*\}|[.+^$()|[\]\\{}]/g, token => {
    if (token === '**/') return '(?:[^/]+/)*';
    if (token === '**') return '.*';
    if (token === '*') return '[^/]*';
    if (token === '?') return '[^/]';
    if (token.length > 1 && token.startsWith('{')) return `(?:${token.slice(1, -1).split(',').map(part => part.replace(/[.+^$()|[\]\\*?]/g, String.raw`\$&`)).join('|')})`;
    return `\\${token}`;
  });
  return new RegExp(`^(?:\\./)?${source}$`);
}
