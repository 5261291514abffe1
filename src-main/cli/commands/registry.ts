import { check } from './check';
import type { CliCommand } from './command';
import { help } from './help';
import { importCommand } from './import';
import { run } from './run';

/** Every command of `pinlab`, in the order of its help. */
export const COMMANDS: readonly CliCommand[] = [run, check, importCommand, help];
