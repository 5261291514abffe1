import { writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Command, CommanderError } from 'commander';
import { CliFailure } from './cli-failure';
import type { Surroundings } from './commands/command';
import { COMMANDS } from './commands/registry';
import { EXIT_CODES, type Exit } from './exit-codes';

/** Runs one command line and answers with its exit code. Nothing is thrown: this is the door. */
export async function runProgram(words: readonly string[], surroundings: Surroundings): Promise<number> {
  const { streams } = surroundings;
  try {
    return EXIT_CODES[await parsed(words, surroundings)].code;
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : EXIT_CODES.usage.code;
    if (error instanceof CliFailure) {
      streams.err(`${error.exit === 'usage' ? 'pinlab: ' : ''}${error.message}\n`);
      if (words.includes('--json')) streams.out(`${JSON.stringify({ error: error.message, diagnostics: error.diagnostics }, null, 2)}\n`);
      return EXIT_CODES[error.exit].code;
    }
    streams.err(`${await faultReport(error, words, surroundings)}\n`);
    return EXIT_CODES.internalFault.code;
  }
}

async function parsed(words: readonly string[], surroundings: Surroundings): Promise<Exit> {
  const { streams, version } = surroundings;
  let exit: Exit = 'asExpected';
  const done = (result: Exit): void => { exit = result; };
  const program = new Command('pinlab')
    .description('Simulates kernel memory pages that devices still hold while the kernel wants them back.')
    .version(version, '-V, --version', 'print the version')
    .helpCommand(false)
    .configureOutput({ writeOut: text => streams.out(text), writeErr: text => streams.err(text) })
    .showHelpAfterError('See "pinlab help".')
    .exitOverride()
    .addHelpText('after', '\n"pinlab help TOPIC" explains operations, devices, policies, the lab file, exit codes and more.');
  for (const { name, declare } of COMMANDS) {
    const parser = program.command(name).copyInheritedSettings(program).exitOverride();
    declare(parser, surroundings, done);
  }
  if (words.length === 0) {
    program.outputHelp({ error: true });
    return 'usage';
  }
  await program.parseAsync(words, { from: 'user' });
  return exit;
}

/** Writes down what is needed to find a defect of PinLab itself, and says where. */
async function faultReport(error: unknown, words: readonly string[], { version }: Surroundings): Promise<string> {
  const stack = error instanceof Error ? error.stack ?? error.message : String(error);
  const report = [`pinlab ${version}, Node ${process.version}, ${process.platform} ${process.arch}`, `command line: ${JSON.stringify(words)}`, '', stack, ''].join('\n');
  const path = join(tmpdir(), `pinlab-fault-${process.pid}-${Date.now()}.txt`);
  try {
    await writeFile(path, report, { mode: 0o600 });
  } catch (failure) {
    return `pinlab: internal fault; the report cannot be written to ${path} (${failure instanceof Error ? failure.message : String(failure)}):\n${report}`;
  }
  const first = error instanceof Error ? error.message : String(error);
  return `pinlab: internal fault: ${first}\nThe report is in ${path}. It is a defect of PinLab; please send the report and the lab.`;
}
