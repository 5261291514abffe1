import { resolve } from 'node:path';
import { CommandRefusal } from './command-refusal';

/** Files that the person chose in a dialog or named on the command line. The window may read and write these and no others. */
export class GrantedPaths {
  readonly #paths = new Set<string>();

  grant(path: string): string {
    const absolute = resolve(path);
    this.#paths.add(absolute);
    return absolute;
  }

  has(path: string): boolean {
    return this.#paths.has(resolve(path));
  }

  /** Refuses a path that nobody granted. */
  require(path: string): string {
    const absolute = resolve(path);
    if (!this.#paths.has(absolute)) throw new CommandRefusal('bad-request', `${path} was not chosen in a dialog or given on the command line.`);
    return absolute;
  }
}
