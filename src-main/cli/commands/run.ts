import type { Command as Parser } from 'commander';
import type { RunSummary } from '@shared/trace/run-description';
import { CliFailure, diagnosticLine, fileFailure } from '../cli-failure';
import { worst, type Exit } from '../exit-codes';
import { openLab, type LabInput } from '../lab-input';
import { naturalNumber } from '../natural-number';
import { Output } from '../output';
import type { FinishedRun } from '../run-lab';
import type { CliCommand, Surroundings } from './command';

interface RunOptions {
  readonly policy?: string;
  readonly seed?: number;
  readonly schedule?: string;
  readonly why?: string;
  readonly steps?: boolean;
  readonly report?: string;
  readonly json?: boolean;
}

/** Runs a lab once under each policy and says what happened. */
export const run: CliCommand = {
  name: 'run',
  declare: (parser: Parser, surroundings: Surroundings, done: (exit: Exit) => void): void => {
    parser
      .summary('run a lab and say what happened')
      .description('Runs a lab once under each policy: what every operation did, which invariants broke and by which chain of events, and whether the lab’s expectations are met.')
      .argument('<LAB>', 'a lab file (*.lab.yaml)')
      .option('--policy <POLICY>', 'kernel policy, for example "linux-6.1,longterm-file-pin=allow-all"; several are parted by ";" (pinlab help policy)')
      .option('--seed <N>', 'breaks ties between steps of the same time', naturalNumber)
      .option('--schedule <SCHEDULE>', 'name of a schedule of the lab, the text of one, or "random"')
      .option('--why <SELECTOR>', 'why something is as it is at the end: page:FILE:INDEX, page:PFN, task:ACTOR or op:ACTOR.N')
      .option('--steps', 'print every step first, with what it did')
      .option('--report <FILE>', 'write a report (one HTML file)')
      .option('--json', 'print one JSON object (a list of them for several policies)')
      .addHelpText('after', `
Examples:
  pinlab run truncate.lab.yaml
  pinlab run truncate.lab.yaml --policy 'linux-6.1;linux-6.15;chinner-2017-busy-extents'
  pinlab run truncate.lab.yaml --policy 'truncate-vs-dma=*' --json
  pinlab run truncate.lab.yaml --why op:admin.1

Exit status: 0 as expected, 1 an expectation is not met, 3 bad input, 10 a safety and 11 a liveness
invariant is violated that the lab does not expect, 12 a bound was hit. See pinlab help exit-codes.`)
      .action(async (path: string, options: RunOptions) => { done(await runCommand(path, options, surroundings)); });
  },
};

async function runCommand(path: string, options: RunOptions, { streams, version }: Surroundings): Promise<Exit> {
  const output = new Output(streams, options.json === true);
  const { catalogue } = await import('../../sim/assemble');
  const known = catalogue();
  const input = await openLab(path, known);
  for (const warning of input.warnings) output.message(diagnosticLine(warning));
  const { policiesNamed } = await import('../policies-named');
  const policies = policiesNamed(options.policy ?? null, input, known);
  if (options.report !== undefined && policies.length > 1) {
    throw new CliFailure('usage', `--report writes about one run, and this policy stands for ${policies.length}. Name one policy, or leave --report out.`);
  }
  const { finishRun, exitOf } = await import('../run-lab');
  const summaries: RunSummary[] = [];
  const exits: Exit[] = [];
  for (const [at, policy] of policies.entries()) {
    if (policies.length > 1) output.progress(`running ${at + 1} of ${policies.length}: ${policy.text}`);
    const finished = finishRun(input, { policy, seed: options.seed ?? null, schedule: options.schedule ?? null });
    if (at > 0) output.line();
    await print(finished, input, options, output);
    summaries.push(finished.summary);
    exits.push(exitOf(input.lab, finished));
    if (options.report !== undefined) await writeReport(options.report, input, finished, version, output);
  }
  output.object(summaries.length === 1 ? summaries[0] : summaries);
  return worst(exits);
}

async function print(finished: FinishedRun, input: LabInput, options: RunOptions, output: Output): Promise<void> {
  const { runText, commandText } = await import('../run-text');
  const { summary } = finished;
  if (options.steps === true) {
    const { readableLines } = await import('@shared/trace/readable');
    for (const line of readableLines(finished.trace, finished.description)) output.line(line);
    output.line();
  }
  const again = ['pinlab', 'run', input.path, '--policy', summary.policy, '--seed', String(summary.seed), ...(summary.schedule === null ? [] : ['--schedule', summary.schedule])];
  for (const line of runText(summary, commandText(again))) output.line(line);
  if (options.why === undefined) return;
  const { whyText } = await import('../why-text');
  for (const line of whyText(finished, options.why)) {
    if (output.isJson) output.message(line);
    else output.line(line);
  }
}

async function writeReport(path: string, input: LabInput, { trace, description, summary }: FinishedRun, version: string, output: Output): Promise<void> {
  const { reportHtml } = await import('../../report/report-html');
  const { writeAtomically } = await import('../../storage/atomic-write');
  try {
    await writeAtomically(path, reportHtml({ lab: input.lab, trace, description, summary, version }));
  } catch (error) {
    throw fileFailure(error, path, 'write');
  }
  output.message(`report written to ${path}`);
}
