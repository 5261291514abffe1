import { type CommandFault, type CommandName, type Envelope, type Replies, type Request, requestSchemas } from '@shared/protocol/commands';
import { CommandRefusal } from './command-refusal';

export type Handlers = { readonly [Name in CommandName]: (request: Request<Name>) => Promise<Replies[Name]> };

/** Who sent a command: the part of Electron's frame that tells. */
export interface SenderFrame {
  readonly origin: string;
}

/** The one door for commands of the window: checks who asks, what for and in what shape; only then somebody acts. */
export class CommandRouter {
  readonly #handlers: Handlers;
  readonly #isTrusted: (sender: SenderFrame) => boolean;
  readonly #log: (error: unknown) => void;

  constructor(handlers: Handlers, isTrusted: (sender: SenderFrame) => boolean, log: (error: unknown) => void) {
    this.#handlers = handlers;
    this.#isTrusted = isTrusted;
    this.#log = log;
  }

  async answer(sender: SenderFrame | null, name: unknown, request: unknown): Promise<Envelope<CommandName>> {
    if (sender === null || !this.#isTrusted(sender)) return refuse('bad-request', `A command from ${sender?.origin ?? 'a frame that is gone'} is not obeyed.`);
    if (!isCommandName(name)) return refuse('bad-request', `There is no command ${JSON.stringify(name)}.`);
    try {
      return await this.#obey(name, request);
    } catch (error) {
      if (error instanceof CommandRefusal) return refuse(error.code, error.message);
      this.#log(error);
      return refuse(isFileError(error) ? 'io' : 'internal', error instanceof Error ? error.message : String(error));
    }
  }

  async #obey<Name extends CommandName>(name: Name, request: unknown): Promise<Envelope<Name>> {
    const parsed = requestSchemas[name].safeParse(request);
    if (!parsed.success) return refuse('bad-request', `${name}: ${parsed.error.issues.map(({ path, message }) => [...path.map(String), message].join(': ')).join('; ')}`);
    return { ok: true, reply: await this.#handlers[name](parsed.data as Request<Name>) };
  }
}

const isCommandName = (name: unknown): name is CommandName => typeof name === 'string' && Object.hasOwn(requestSchemas, name);

const refuse = (code: CommandFault['code'], message: string): { readonly ok: false; readonly fault: CommandFault } => ({ ok: false, fault: { code, message } });

/** Node's file errors carry the system call that failed. */
const isFileError = (error: unknown): boolean => error instanceof Error && 'syscall' in error;
