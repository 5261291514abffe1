import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { Command as Parser } from 'commander';
import type { ConformRow } from '../../conform/conform';
import type { Observation } from '../../conform/observation/observation';
import { CliFailure, fileFailure } from '../cli-failure';
import type { Exit } from '../exit-codes';
import { readText } from '../lab-input';
import { Output, table } from '../output';
import type { CliCommand, Surroundings } from './command';

interface ConformOptions {
  readonly keep?: string;
  readonly json?: boolean;
}

/** Compares the simulator with what real kernels were seen to do. */
export const conform: CliCommand = {
  name: 'conform',
  declare: (parser: Parser, surroundings: Surroundings, done: (exit: Exit) => void): void => {
    parser
      .summary('compare the simulator with observations of real kernels')
      .description('Makes a lab of each observation, runs it under the era and build of its kernel, and compares result, errno, class of the elapsed time and every counter. What differs is listed with its reason.')
      .argument('<FILE...>', 'files of observations (JSON)')
      .option('--keep <DIR>', 'write the labs into this directory; "pinlab run" repeats them')
      .option('--json', 'print one JSON object')
      .addHelpText('after', `
Examples:
  pinlab conform test/conform/observations/linux-6.12.json
  pinlab conform linux-6.1.json linux-6.12.json --keep labs/ --json

Exit status: 0 if all agree, 1 if one differs, 12 if some cannot be compared. See pinlab help exit-codes.`)
      .action(async (files: readonly string[], options: ConformOptions) => { done(await conformCommand(files, options, surroundings)); });
  },
};

async function conformCommand(files: readonly string[], options: ConformOptions, { streams }: Surroundings): Promise<Exit> {
  const output = new Output(streams, options.json === true);
  const observations: Observation[] = [];
  for (const file of files) observations.push(...await observationsIn(file));
  const { conform: conformOne } = await import('../../conform/conform');
  const rows: ConformRow[] = [];
  for (const observation of observations) {
    output.progress(`observation ${rows.length + 1} of ${observations.length}: ${observation.id}`);
    rows.push(conformOne(observation));
  }
  if (options.keep !== undefined) await keepLabs(options.keep, rows, output);
  await print(rows, output);
  return rows.some(({ verdict }) => verdict === 'differ') ? 'expectation' : rows.some(({ verdict }) => verdict === 'not-modelled') ? 'notComplete' : 'asExpected';
}

async function observationsIn(file: string): Promise<readonly Observation[]> {
  const text = await readText(file);
  const { readObservations } = await import('../../conform/observation/observation');
  const read = readObservations(text, file);
  if (read.ok) return read.value;
  throw new CliFailure('badInput', read.refusal.map(({ id, message }) => `${file}: ${id === null ? '' : `${id}: `}${message}`).join('\n'));
}

/** File names hold what observations call themselves, as far as any file system allows. */
const fileNameOf = ({ id, kernel }: ConformRow): string => `${`${kernel.replace(/^Linux /, '')}-${id}`.replaceAll(/[^\w.+=,-]/g, '_')}.lab.yaml`;

async function keepLabs(folder: string, rows: readonly ConformRow[], output: Output): Promise<void> {
  const { writeAtomically } = await import('../../storage/atomic-write');
  const { writeLab } = await import('../../storage/lab-file');
  let count = 0;
  for (const row of rows) {
    if (row.lab === null) continue;
    const path = join(folder, fileNameOf(row));
    try {
      await mkdir(folder, { recursive: true });
      await writeAtomically(path, writeLab('', row.lab));
    } catch (error) {
      throw fileFailure(error, path, 'write');
    }
    count++;
  }
  output.message(`${count} labs written to ${folder}`);
}

async function print(rows: readonly ConformRow[], output: Output): Promise<void> {
  const { reasonsOf, reportOf, tallyRows } = await import('../../conform/report');
  const report = reportOf(rows);
  for (const { id, kernel, reason } of report.rows.filter(({ verdict }) => verdict === 'differ')) output.line(`differs: ${kernel}, ${id}: ${reason}`);
  for (const { reason, count, example } of reasonsOf(report.rows, 'not-modelled')) output.line(`not modelled: ${reason} (${count}, such as ${example})`);
  for (const [heading, tallies] of [['kernel', report.kernels], ['operation', report.operations], ['area', report.areas]] as const) {
    output.line();
    for (const row of table(tallyRows(heading, tallies, report.totals))) output.line(row);
  }
  output.object(report);
}
