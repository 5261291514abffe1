import type { Command as Parser } from 'commander';
import type { Exit } from '../exit-codes';
import type { Streams } from '../output';

/** What a command gets from the program that runs it. */
export interface Surroundings {
  readonly streams: Streams;
  readonly version: string;
}

/** One command of `pinlab`, in its own file and listed in `registry.ts`. */
export interface CliCommand {
  readonly name: string;
  /** Declares arguments, options and help on `parser`; the action's result ends the program. */
  readonly declare: (parser: Parser, surroundings: Surroundings, done: (exit: Exit) => void) => void;
}
