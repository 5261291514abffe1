import type { Bridge, CommandName, Envelope, Replies, Request, TraceMessage } from '@shared/protocol/commands';

type Answers = { readonly [Name in CommandName]?: (request: Request<Name>) => Replies[Name] };

/** Main as a window sees it: answers what a test gives it, refuses the rest, and remembers what was asked. */
export class FakeBridge implements Bridge {
  readonly asked: { readonly name: CommandName; readonly request: unknown }[] = [];
  private readonly listeners = new Set<(message: TraceMessage) => void>();

  constructor(private readonly answers: Answers) {}

  invoke<Name extends CommandName>(name: Name, request: Request<Name>): Promise<Envelope<Name>> {
    this.asked.push({ name, request });
    const answer = this.answers[name] as ((request: Request<Name>) => Replies[Name]) | undefined;
    if (answer === undefined) return Promise.resolve({ ok: false, fault: { code: 'internal', message: `the test has no answer to ${name}` } });
    return Promise.resolve({ ok: true, reply: answer(request) });
  }

  /** Sends a piece of a trace, as the engine does. */
  send(message: TraceMessage): void {
    for (const listener of this.listeners) listener(message);
  }

  onTrace(listener: (message: TraceMessage) => void): () => void {
    this.listeners.add(listener);
    return () => { this.listeners.delete(listener); };
  }

  onMenu(): () => void {
    return () => undefined;
  }
}

/** Animation frames that come when a test says so. */
export interface Frames {
  /** Shows the frame of this time. */
  show(nowMs: number): void;
}

/** Gives the code under test a window with this bridge, and no more of a browser than the stores use. */
export function windowWith(bridge: Bridge): Frames {
  let waiting = new Map<number, FrameRequestCallback>();
  let asked = 0;
  Object.assign(globalThis, {
    window: { pinlab: bridge },
    requestAnimationFrame: (callback: FrameRequestCallback): number => {
      waiting.set(++asked, callback);
      return asked;
    },
    cancelAnimationFrame: (frame: number): void => { waiting.delete(frame); },
  });
  return {
    show(nowMs) {
      const due = waiting;
      waiting = new Map();
      for (const callback of due.values()) callback(nowMs);
    },
  };
}
