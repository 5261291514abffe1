import type { Command as Parser } from 'commander';
import { didYouMean } from '@shared/base/nearest';
import { CliFailure } from '../cli-failure';
import type { Exit } from '../exit-codes';
import type { CliCommand, Surroundings } from './command';

/** Prints a page about a command or a topic. */
export const help: CliCommand = {
  name: 'help',
  declare: (parser: Parser, { streams }: Surroundings, done: (exit: Exit) => void): void => {
    parser
      .summary('explain a command, an operation, a device, a policy, …')
      .description('Explains a command or a topic. Without a topic, lists what there is.')
      .argument('[TOPIC]', 'a command, operation, device, axis, variant, preset or invariant, or: policy, lab, exit-codes, selectors, …')
      .action(async (topic: string | undefined) => {
        const command = parser.parent?.commands.find(candidate => candidate.name() === topic);
        if (topic === undefined) parser.parent?.outputHelp();
        if (command === undefined) streams.out(`${await pageOf(topic)}\n`);
        else command.outputHelp();
        done('asExpected');
      });
  },
};

async function pageOf(topic: string | undefined): Promise<string> {
  const { catalogue } = await import('../../sim/assemble');
  const { helpTopics } = await import('../help-topics');
  const topics = helpTopics(catalogue());
  if (topic === undefined) {
    const groups = [...new Set(topics.map(({ group }) => group))];
    const lists = groups.map(group => `${group}:\n  ${topics.filter(candidate => candidate.group === group).map(({ name }) => name).join('  ')}`);
    return ['', 'Topics of "pinlab help TOPIC"', '', ...lists].join('\n');
  }
  const found = topics.filter(({ name }) => name === topic);
  const pages: string[] = [];
  for (const { page } of found) pages.push(await page());
  if (pages.length > 0) return pages.join('\n\n');
  throw new CliFailure('usage', `There is no topic "${topic}".${didYouMean(topic, topics.map(({ name }) => name))} See "pinlab help" for all of them.`);
}
