import { readFile } from 'node:fs/promises';
import { basename } from 'node:path';
import type { Catalogue } from '@shared/protocol/catalogue';
import type { ReadLab } from '../storage/lab-file';
import { CliFailure, diagnosticLine, fileFailure } from './cli-failure';

/** A lab that was named on the command line. */
export interface LabInput extends ReadLab {
  /** As it was named. */
  readonly path: string;
  /** Shown for it: the file name without its directory. */
  readonly name: string;
}

export async function readText(path: string): Promise<string> {
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    throw fileFailure(error, path, 'read');
  }
}

/** Reads a lab or ends the command: one message for a file that is not there, one line for each mistake in it. */
export async function openLab(path: string, catalogue: Catalogue): Promise<LabInput> {
  const text = await readText(path);
  const { readLab } = await import('../storage/lab-file');
  const read = readLab(text, path, catalogue);
  if (!read.ok) throw new CliFailure('badInput', read.refusal.map(diagnosticLine).join('\n'), read.refusal);
  return { ...read.value, path, name: basename(path) };
}
