import type { CommandFault } from '@shared/protocol/commands';

/** Thrown by a handler that will not do what was asked; the router sends code and message to the window. */
export class CommandRefusal extends Error {
  constructor(
    readonly code: CommandFault['code'],
    message: string,
    options?: ErrorOptions,
  ) {
    super(message, options);
  }
}
