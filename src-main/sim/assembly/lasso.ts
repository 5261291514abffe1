import { hexOf } from '@shared/base/hash';
import { arena } from '@shared/state/arena';
import { actors, links, operations } from '@shared/state/tables';
import { machine } from '../engine/machine';
import { kernel } from '../kernel';

/**
 * Notices that the logical state has come back (L1). Looked at whenever an operation begins again: then a loop of the programs
 * has closed. Times enter relative to now, so that a state that only waits for the clock is not taken for a loop.
 */
export class LassoWatch {
  private readonly seen = new Map<string, readonly number[]>();
  private rounds = 0;

  /** Indexes of actors whose operation has been going on since the state was last like this; null while it is new. */
  starving(): readonly number[] | null {
    const rounds = operations.$.rows().reduce((sum, operation) => sum + operations.rounds.get(operation), 0);
    if (rounds === this.rounds) return null;
    this.rounds = rounds;
    const key = this.key();
    const before = this.seen.get(key);
    const begun = machine.actorRows.map(row => (actors.op.get(row) === 0 ? -1 : operations.rounds.get(actors.op.get(row)) * OPERATIONS_MAX + actors.op.get(row)));
    if (before === undefined) {
      this.seen.set(key, begun);
      return null;
    }
    return begun.flatMap((operation, actor) => (operation >= 0 && operation === before[actor] ? [actor] : []));
  }

  private key(): string {
    const waits = machine.actorRows.map(row => (actors.pc.get(row) === 0 || actors.waitingSince.get(row) !== 0 ? 0 : Math.max(0, actors.wakeNs.get(row) - kernel.nowNs)));
    const queue = machine.actorRows.map((row, actor) => ({ actor, since: actors.waitingSince.get(row) })).filter(({ since }) => since !== 0)
      .sort((a, b) => a.since - b.since).map(({ actor }) => actor);
    const busy = links.$.rows().map(row => Math.max(0, links.busyUntilNs.get(row) - kernel.nowNs));
    return `${hexOf(arena.laneA, arena.laneB)}|${waits.join()}|${queue.join()}|${busy.join()}`;
  }
}

/** Makes one number of a row address and a round. */
const OPERATIONS_MAX = 2 ** 31;
