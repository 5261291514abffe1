import type { Command as Parser } from 'commander';
import { CliFailure, diagnosticLine } from '../cli-failure';
import { worst, type Exit } from '../exit-codes';
import { openLab } from '../lab-input';
import { naturalNumber } from '../natural-number';
import { Output } from '../output';
import type { CliCommand, Surroundings } from './command';

interface CompareOptions {
  readonly policy: string;
  readonly seed?: number;
  readonly schedule?: string;
  readonly markdown?: boolean;
  readonly json?: boolean;
}

/** Runs one workload under several policies and sets the outcomes side by side. */
export const compare: CliCommand = {
  name: 'compare',
  declare: (parser: Parser, surroundings: Surroundings, done: (exit: Exit) => void): void => {
    parser
      .summary('run a lab under several policies, outcomes side by side')
      .description('Runs a lab once under each policy and prints one row a policy: verdict, the operations that end differently, how long operations were blocked, what it cost, and the first thing that went wrong.')
      .argument('<LAB>', 'a lab file (*.lab.yaml)')
      .requiredOption('--policy <POLICY>', 'policies, parted by ";"; AXIS=* and all stand for several (pinlab help policy)')
      .option('--seed <N>', 'breaks ties between steps of the same time', naturalNumber)
      .option('--schedule <SCHEDULE>', 'name of a schedule of the lab, the text of one, or "random"')
      .option('--markdown', 'print a Markdown table')
      .option('--json', 'print one JSON object')
      .addHelpText('after', `
Examples:
  pinlab compare truncate.lab.yaml --policy 'truncate-vs-dma=*'
  pinlab compare truncate.lab.yaml --policy all --markdown
  pinlab compare truncate.lab.yaml --policy 'linux-6.1;linux-6.15' --json

Exit status: 0 if every run is as the lab expects; else that of the worst run. See pinlab help exit-codes.`)
      .action(async (path: string, options: CompareOptions) => { done(await compareCommand(path, options, surroundings)); });
  },
};

async function compareCommand(path: string, options: CompareOptions, { streams }: Surroundings): Promise<Exit> {
  if (options.json === true && options.markdown === true) throw new CliFailure('usage', '--json and --markdown are two forms of one answer. Name one of them.');
  const output = new Output(streams, options.json === true);
  const { catalogue } = await import('../../sim/assemble');
  const known = catalogue();
  const input = await openLab(path, known);
  for (const warning of input.warnings) output.message(diagnosticLine(warning));
  const { policiesNamed } = await import('../policies-named');
  const { finishRun, exitOf } = await import('../run-lab');
  const { comparedRun } = await import('@shared/trace/comparison');
  const policies = policiesNamed(options.policy, input, known);
  const exits: Exit[] = [];
  const rows = policies.map((policy, at) => {
    output.progress(`running ${at + 1} of ${policies.length}: ${policy.text}`);
    const finished = finishRun(input, { policy, seed: options.seed ?? null, schedule: options.schedule ?? null });
    exits.push(exitOf(input.lab, finished));
    return comparedRun(finished.summary, finished.description);
  });
  const comparison = { lab: input.name, rows };
  const { compareMarkdown, compareText } = await import('../compare-text');
  for (const line of (options.markdown === true ? compareMarkdown : compareText)(comparison, input.lab.title)) output.line(line);
  output.object(comparison);
  return worst(exits);
}
