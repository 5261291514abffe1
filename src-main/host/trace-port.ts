import type { TraceMessage } from '@shared/protocol/commands';
import type { TraceChunk } from '@shared/trace/chunk';

/** Chunks on their way that the window has not taken yet; more would only fill memory on both sides. */
export const IN_FLIGHT_MAX = 4;

/** Sends a run's chunks to the window no faster than it takes them. One run at a time. */
export class TracePort {
  #post: ((message: TraceMessage) => void) | null = null;
  #inFlight = 0;
  #wake: (() => void) | null = null;
  #generation = 0;

  /** Chunks go to `post` from now on; a run that is on its way to an earlier port is given up. */
  attach(post: (message: TraceMessage) => void): void {
    this.#post = post;
    this.#inFlight = 0;
    this.#generation++;
    this.#wake?.();
  }

  /** The window has taken one chunk. */
  taken(): void {
    if (this.#inFlight > 0) this.#inFlight--;
    this.#wake?.();
  }

  /** Resolves to true once the window has taken all chunks, to false if it was loaded anew meanwhile. */
  async stream(run: number, chunks: readonly TraceChunk[]): Promise<boolean> {
    while (this.#post === null) await this.#change();
    const generation = this.#generation;
    for (const chunk of chunks) {
      while (this.#inFlight >= IN_FLIGHT_MAX && generation === this.#generation) await this.#change();
      if (generation !== this.#generation) return false;
      this.#inFlight++;
      this.#post({ kind: 'chunk', run, chunk });
    }
    while (this.#inFlight > 0 && generation === this.#generation) await this.#change();
    return generation === this.#generation;
  }

  #change(): Promise<void> {
    return new Promise((resolve) => {
      this.#wake = resolve;
    });
  }
}
