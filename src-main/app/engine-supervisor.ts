import type { EngineCompare, EngineRun } from '@shared/protocol/commands';
import { type HostReplies, type HostRequest, hostReplySchema } from '@shared/protocol/host-messages';
import { MessageChannelMain, type UtilityProcess, type WebContents, utilityProcess } from 'electron';
import { CommandRefusal } from './command-refusal';

interface Waiting {
  readonly resolve: (reply: never) => void;
  readonly reject: (reason: Error) => void;
}

/** What {@link EngineSupervisor.ask} can be asked: a host request that is answered, without its id. */
type Question = Exclude<HostRequest, { kind: 'trace-port' }>['kind'];

/**
 * Keeps one engine host alive in a process of its own. When it dies, whoever waits for it is told so, and a new one starts;
 * one that dies before its first answer is started again only when somebody asks, lest it die in circles.
 */
export class EngineSupervisor {
  readonly #entry: string;
  readonly #log: (message: string) => void;
  readonly #waiting = new Map<number, Waiting>();
  #host: UtilityProcess | null = null;
  #hasAnswered = false;
  #isStopped = false;
  #nextId = 1;
  #window: WebContents | null = null;

  /** @param entry the host's script */
  constructor(entry: string, log: (message: string) => void) {
    this.#entry = entry;
    this.#log = log;
  }

  /** Leads the trace of all runs to `window`; call again whenever its page was loaded anew. */
  connect(window: WebContents): void {
    this.#window = window;
    this.#handOutTracePort(this.#running());
  }

  disconnect(): void {
    this.#window = null;
  }

  catalogue(): Promise<HostReplies['catalogue']> {
    return this.#ask('catalogue', {});
  }

  run(request: EngineRun): Promise<HostReplies['run']> {
    return this.#ask('run', { request });
  }

  record(request: EngineRun): Promise<HostReplies['record']> {
    return this.#ask('record', { request });
  }

  compare(request: EngineCompare): Promise<HostReplies['compare']> {
    return this.#ask('compare', { request });
  }

  /** Compares the simulator with a file of observations. */
  conform(request: { name: string; text: string }): Promise<HostReplies['conform']> {
    return this.#ask('conform', { request });
  }

  /** The lab that is made of one observation of a file. */
  labOfObservation(request: { name: string; text: string; observation: string }): Promise<HostReplies['conform-lab']> {
    return this.#ask('conform-lab', { request });
  }

  stop(): void {
    this.#isStopped = true;
    this.#host?.kill();
  }

  #ask<Kind extends Question>(kind: Kind, body: { request?: object }): Promise<HostReplies[Kind]> {
    const id = this.#nextId++;
    const host = this.#running();
    return new Promise<HostReplies[Kind]>((resolve, reject) => {
      this.#waiting.set(id, { resolve, reject });
      host.postMessage({ kind, id, ...body }, []);
    });
  }

  #running(): UtilityProcess {
    if (this.#host !== null) return this.#host;
    const host = utilityProcess.fork(this.#entry, [], { serviceName: 'PinLab engine' });
    this.#host = host;
    this.#hasAnswered = false;
    host.on('message', (message: unknown) => {
      this.#take(message);
    });
    host.once('exit', (code) => {
      this.#mourn(code);
    });
    if (this.#window !== null) this.#handOutTracePort(host);
    return host;
  }

  #take(message: unknown): void {
    const { data: answer, error } = hostReplySchema.safeParse(message);
    if (answer === undefined) {
      this.#log(`The engine sent something that is no answer: ${error.message}`);
      return;
    }
    this.#hasAnswered = true;
    const waiting = this.#waiting.get(answer.id);
    this.#waiting.delete(answer.id);
    if (answer.ok) waiting?.resolve(answer.reply as never);
    else waiting?.reject(new CommandRefusal('internal', answer.message));
  }

  #mourn(code: number): void {
    const waiting = [...this.#waiting.values()];
    const mayRestart = this.#hasAnswered && !this.#isStopped;
    this.#host = null;
    this.#waiting.clear();
    if (!this.#isStopped) this.#log(`The engine ended with exit code ${code}.`);
    for (const { reject } of waiting) reject(new CommandRefusal('host-died', `The engine ended with exit code ${code} and was started again. What was recorded before is kept; run the lab again.`));
    if (mayRestart) this.#running();
  }

  #handOutTracePort(host: UtilityProcess): void {
    const { port1, port2 } = new MessageChannelMain();
    host.postMessage({ kind: 'trace-port' }, [port1]);
    this.#window?.postMessage('trace-port', null, [port2]);
  }
}
