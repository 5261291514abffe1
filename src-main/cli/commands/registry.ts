import { check } from './check';
import { conform } from './conform';
import type { CliCommand } from './command';
import { compare } from './compare';
import { help } from './help';
import { importCommand } from './import';
import { run } from './run';

/** Every command of `pinlab`, in the order of its help. */
export const COMMANDS: readonly CliCommand[] = [run, compare, check, conform, importCommand, help];
