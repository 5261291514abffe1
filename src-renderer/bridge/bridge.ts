import type { Bridge, CommandFault, CommandName, Replies, Request, TraceMessage } from '@shared/protocol/commands';

declare global {
  interface Window {
    /** Exposed by the preload. */
    readonly pinlab: Bridge;
  }
}

/** A command that main refused or could not do. */
export class CommandFailed extends Error {
  constructor(readonly command: CommandName, readonly fault: CommandFault) {
    super(fault.message);
    this.name = 'CommandFailed';
  }
}

/** Asks main. Rejects with {@link CommandFailed} where main answers with a fault. */
export async function invoke<Name extends CommandName>(name: Name, request: Request<Name>): Promise<Replies[Name]> {
  const envelope = await window.pinlab.invoke(name, plain(request));
  if (!envelope.ok) throw new CommandFailed(name, envelope.fault);
  return envelope.reply;
}

/** Vue's proxies cannot be cloned over the process border; requests are JSON by schema. */
const plain = <Value>(value: Value): Value => JSON.parse(JSON.stringify(value)) as Value;

export const onTrace = (listener: (message: TraceMessage) => void): (() => void) => window.pinlab.onTrace(listener);
export const onMenu = (listener: (command: string) => void): (() => void) => window.pinlab.onMenu(listener);
