import type { Command as Parser } from 'commander';
import type { CheckedLab } from '../check-lab';
import { fileFailure } from '../cli-failure';
import { worst, type Exit } from '../exit-codes';
import { Output, table } from '../output';
import type { CliCommand, Surroundings } from './command';

interface CheckOptions {
  readonly junit?: string;
  readonly sarif?: string;
  readonly json?: boolean;
}

/** Runs labs under every policy that their expectations speak of. */
export const check: CliCommand = {
  name: 'check',
  declare: (parser: Parser, surroundings: Surroundings, done: (exit: Exit) => void): void => {
    parser
      .summary('check labs against their expectations')
      .description('Runs each lab under its own policy and under every policy and schedule that its expectations name, and says which expectations are not met.')
      .argument('<GLOB...>', 'lab files, directories, or patterns with * ** ? {a,b}')
      .option('--junit <FILE>', 'write the outcome as JUnit XML')
      .option('--sarif <FILE>', 'write what failed as SARIF 2.1.0, with places in the lab files')
      .option('--json', 'print one JSON object')
      .addHelpText('after', `
Examples:
  pinlab check 'resources/labs/**/*.lab.yaml'
  pinlab check labs/ --junit check.xml

Exit status: 0 if every lab is as it expects to be; else that of the worst run. See pinlab help exit-codes.`)
      .action(async (patterns: readonly string[], options: CheckOptions) => { done(await checkCommand(patterns, options, surroundings)); });
  },
};

async function checkCommand(patterns: readonly string[], options: CheckOptions, { streams, version }: Surroundings): Promise<Exit> {
  const output = new Output(streams, options.json === true);
  const { labsNamed } = await import('../glob');
  const paths = new Set<string>();
  for (const pattern of patterns) for (const path of await labsNamed(pattern)) paths.add(path);
  const { catalogue } = await import('../../sim/assemble');
  const { checkLabFile, complaintsOf } = await import('../check-lab');
  const labs: CheckedLab[] = [];
  for (const path of paths) {
    output.progress(`checking ${labs.length + 1} of ${paths.size}: ${path}`);
    const checked = await checkLabFile(path, catalogue());
    labs.push(checked);
    for (const row of table([[checked.ok ? 'ok' : 'FAILED', checked.lab, `${checked.runs} runs, ${checked.expectations.length} expectations`]], '')) output.line(row);
    for (const complaint of complaintsOf(checked)) output.line(`  ${complaint}`);
  }
  await writeOutcomes(labs, options, version, output);
  const failed = labs.filter(({ ok }) => !ok).length;
  output.line();
  output.line(failed === 0 ? `${labs.length} labs, all as expected` : `${labs.length} labs, ${failed} not as expected`);
  output.object({ labs: labs.map(({ lab, ok, expectations, diagnostics }) => ({ lab, ok, expectations, diagnostics })) });
  return worst(labs.map(({ exit }) => exit));
}

async function writeOutcomes(labs: readonly CheckedLab[], { junit, sarif }: CheckOptions, version: string, output: Output): Promise<void> {
  if (junit !== undefined) {
    const { junitXml } = await import('../junit');
    await write(junit, junitXml(labs), output);
  }
  if (sarif !== undefined) {
    const { sarifLog } = await import('../sarif');
    await write(sarif, `${JSON.stringify(sarifLog(labs, version), null, 2)}\n`, output);
  }
}

async function write(path: string, content: string, output: Output): Promise<void> {
  const { writeAtomically } = await import('../../storage/atomic-write');
  try {
    await writeAtomically(path, content);
  } catch (error) {
    throw fileFailure(error, path, 'write');
  }
  output.message(`written to ${path}`);
}
