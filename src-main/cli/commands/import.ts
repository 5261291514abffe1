import type { Command as Parser } from 'commander';
import type { Imported } from '../../import/importer';
import { CliFailure, diagnosticLine, fileFailure } from '../cli-failure';
import type { Exit } from '../exit-codes';
import { readText } from '../lab-input';
import { Output } from '../output';
import type { CliCommand, Surroundings } from './command';

interface ImportOptions {
  readonly output?: string;
  readonly json?: boolean;
}

/** Turns the description of a real machine into a topology. */
export const importCommand: CliCommand = {
  name: 'import',
  declare: (parser: Parser, surroundings: Surroundings, done: (exit: Exit) => void): void => {
    parser
      .summary('make a topology of a real machine')
      .description('Reads the description of a real machine, whatever its file is called, and makes a topology of it. What the description does not say is guessed, what the simulator does not model is left out; both are listed.')
      .argument('<FILE...>', 'hwloc XML, as "lstopo machine.xml" writes it')
      .option('-o, --output <LAB>', 'write a lab with this topology and an empty workload')
      .option('--json', 'print one JSON object')
      .addHelpText('after', `
Examples:
  lstopo machine.xml && pinlab import machine.xml -o machine.lab.yaml

Exit status: 0 imported, 3 bad input.`)
      .action(async (paths: readonly string[], options: ImportOptions) => { done(await importFiles(paths, options, surroundings)); });
  },
};

async function importFiles(paths: readonly string[], options: ImportOptions, { streams }: Surroundings): Promise<Exit> {
  const output = new Output(streams, options.json === true);
  const [path, second] = paths;
  if (path === undefined || second !== undefined) {
    throw new CliFailure('badInput', `${second ?? ''}: is a second file; each describes a whole machine, and two cannot be joined. Import one at a time.`);
  }
  const text = await readText(path);
  const { importMachine, labOfMachine } = await import('../../import/registry');
  const read = importMachine(text, path);
  if (!read.ok) throw new CliFailure('badInput', read.refusal.map(diagnosticLine).join('\n'), read.refusal);
  const imported = read.value;
  for (const line of importText(imported)) output.line(line);
  if (options.output !== undefined) {
    const { writeLab } = await import('../../storage/lab-file');
    const { writeAtomically } = await import('../../storage/atomic-write');
    try {
      await writeAtomically(options.output, writeLab('', labOfMachine(imported)));
    } catch (error) {
      throw fileFailure(error, options.output, 'write');
    }
    output.message(`lab written to ${options.output}`);
  }
  const { kind, topology, guessed, ignored, conflicts } = imported;
  output.object({ kind, topology, guessed, ignored, conflicts });
  return 'asExpected';
}

function importText({ kind, title, topology, guessed, ignored, conflicts }: Imported): readonly string[] {
  const counts = new Map<string, number>();
  for (const node of Object.values(topology.nodes)) counts.set(node.kind, (counts.get(node.kind) ?? 0) + 1);
  const section = (name: string, lines: readonly string[]): readonly string[] => (lines.length === 0 ? [] : ['', `${name} (${lines.length})`, ...lines.map(line => `  ${line}`)]);
  return [
    `${title} (${kind}): ${Object.keys(topology.nodes).length} nodes, ${topology.links.length} links`,
    ...[...counts].map(([node, count]) => `  ${count} × ${node}`),
    ...section('guessed', guessed), ...section('left out', ignored), ...section('conflicts', conflicts),
  ];
}
