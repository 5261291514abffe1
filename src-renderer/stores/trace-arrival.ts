import type { TraceMessage } from '@shared/protocol/commands';
import { Trace } from '@shared/trace/cursor';
import { onTrace } from '../bridge/bridge';

/** A chunk that does not come within this time is lost. */
const CHUNK_TIMEOUT_MS = 20_000;

/** Chunks come over their own port, before or after the reply that ends their run. */
export class TraceArrival {
  private readonly traces = new Map<number, Trace>();
  private wake: (() => void) | null = null;
  private listening = false;

  listen(): void {
    if (!this.listening) onTrace(message => { this.take(message); });
    this.listening = true;
  }

  private take({ run, chunk }: TraceMessage): void {
    const known = this.traces.get(run) ?? new Trace();
    this.traces.set(run, known);
    known.append(chunk);
    this.wake?.();
  }

  /** The trace of `run` once `steps` steps of it have arrived. Rejects when they do not. */
  async complete(run: number, steps: number): Promise<Trace> {
    const deadline = performance.now() + CHUNK_TIMEOUT_MS;
    const timer = setTimeout(() => this.wake?.(), CHUNK_TIMEOUT_MS + 1);
    while ((this.traces.get(run)?.steps ?? 0) < steps && performance.now() < deadline) {
      await new Promise<void>(resolve => { this.wake = resolve; });
    }
    clearTimeout(timer);
    this.wake = null;
    const trace = this.traces.get(run) ?? new Trace();
    this.traces.clear();
    if (trace.steps < steps) throw new Error(`only ${trace.steps} of ${steps} steps of the run arrived; run it again`);
    return trace;
  }
}
