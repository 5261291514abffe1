import { refused, type Result } from '@shared/base/result';
import { LAB_VERSION, type Lab } from '@shared/lab/lab';
import type { Diagnostic } from '@shared/protocol/commands';
import { hwlocXml } from './hwloc-xml';
import type { Imported, Importer } from './importer';

/** Kinds of files that can be imported. The first that recognises a content reads it. */
export const IMPORTERS: readonly Importer[] = [hwlocXml];

/** Reads the description of a machine, of whatever kind it is. */
export function importMachine(text: string, fileName: string): Result<Imported, readonly Diagnostic[]> {
  const importer = IMPORTERS.find(candidate => candidate.recognises(text));
  if (importer !== undefined) return importer.read(text, fileName);
  const tried = IMPORTERS.map(({ title }) => title).join('; ');
  return refused([{ severity: 'error', message: `This is no description of a machine that can be imported. Tried: ${tried}.`, file: fileName, line: 1, column: 1 }]);
}

/** A lab that runs: the machine, and nobody who does anything on it yet. */
export const labOfMachine = (imported: Imported): Lab => ({
  version: LAB_VERSION, title: imported.title, topology: imported.topology, actors: {},
  ...(imported.guessed.length + imported.ignored.length === 0 ? {} : { notes: notesOf(imported) }),
});

function notesOf({ kind, guessed, ignored, conflicts }: Imported): string {
  const section = (title: string, lines: readonly string[]): readonly string[] => (lines.length === 0 ? [] : [title, ...lines.map(line => `- ${line}`), '']);
  return [`Imported from ${kind}.`, '', ...section('Guessed:', guessed), ...section('Left out:', ignored), ...section('Conflicts:', conflicts)].join('\n');
}
