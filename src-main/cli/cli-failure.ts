import type { Diagnostic } from '@shared/protocol/commands';
import type { Exit } from './exit-codes';

/** Ends a command with a message that says what, where and what to do; never with a stack. */
export class CliFailure extends Error {
  override readonly name = 'CliFailure';

  constructor(readonly exit: Exit, message: string, readonly diagnostics: readonly Diagnostic[] = []) {
    super(message);
  }
}

/** "truncate.lab.yaml:12:13: size is negative". */
export const diagnosticLine = ({ file, line, column, severity, message }: Diagnostic): string =>
  `${file}:${line}:${column}: ${severity === 'warning' ? 'warning: ' : ''}${message}`;

/** What cannot be read or written, in words; errors that are no system errors are defects and are thrown on. */
export function fileFailure(error: unknown, path: string, doing: 'read' | 'write'): CliFailure {
  const code = (error as NodeJS.ErrnoException | null)?.code;
  if (!(error instanceof Error) || code === undefined) throw error;
  const why = code === 'ENOENT' && doing === 'write' ? 'its directory does not exist. Make it, or choose another.' : REASONS[code] ?? `${error.message}.`;
  return new CliFailure(doing === 'read' ? 'badInput' : 'cannotHere', `${path}: cannot be ${doing === 'read' ? 'read' : 'written'}: ${why}`);
}

const REASONS: Readonly<Record<string, string>> = {
  ENOENT: 'there is no such file. Check the path.',
  EISDIR: 'it is a directory. Name a file.',
  EACCES: 'permission denied. Check who may use it.',
  ENOTDIR: 'a part of the path is no directory. Check the path.',
  ENOSPC: 'the disk is full. Make room and try again.',
  EROFS: 'the file system is read-only. Choose another place.',
};
