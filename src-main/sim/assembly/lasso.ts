import { hexOf } from '@shared/base/hash';
import { arena } from '@shared/state/arena';
import { flows } from '@shared/state/link-tables';
import { actors, operations } from '@shared/state/tables';
import { machine } from '../engine/machine';
import { kernel } from '../kernel';

/**
 * Notices that the logical state has come back (L1). Looked at whenever a repeated operation begins again: then a loop of the
 * programs has closed. Times enter relative to now, so that a state that only waits for the clock is not taken for a loop, and
 * so do the rounds of operations that are repeated a given number of times.
 */
export class LassoWatch {
  private readonly seen = new Map<string, readonly number[]>();

  /** Indexes of actors whose operation has been going on since the state was last like this; null while it is new. */
  starving(): readonly number[] | null {
    const key = this.key();
    const begun = machine.actorRows.map(row => (actors.op.get(row) === 0 ? -1 : operations.rounds.get(actors.op.get(row)) * OPERATIONS_MAX + actors.op.get(row)));
    const before = this.seen.get(key);
    if (before === undefined) {
      this.seen.set(key, begun);
      return null;
    }
    return begun.flatMap((operation, actor) => (operation >= 0 && operation === before[actor] ? [actor] : []));
  }

  private key(): string {
    const waits = machine.actorRows.map(row => {
      if (actors.pc.get(row) === 0) return 0;
      return Math.max(0, (actors.waitingSince.get(row) === 0 ? actors.wakeNs.get(row) : machine.timeoutOf(row)) - kernel.nowNs);
    });
    const queue = machine.actorRows.map((row, actor) => ({ actor, since: actors.waitingSince.get(row) })).filter(({ since }) => since !== 0)
      .sort((a, b) => a.since - b.since).map(({ actor }) => actor);
    const busy = flows.$.rows().map(row => Math.max(0, flows.endNs.get(row) - kernel.nowNs));
    const counted = machine.actorRows.map(row => {
      const op = actors.op.get(row);
      return op !== 0 && Number.isFinite(kernel.operations[operations.nth.get(op)].times) ? operations.rounds.get(op) : 0;
    });
    return `${hexOf(arena.laneA, arena.laneB)}|${waits.join()}|${queue.join()}|${busy.join()}|${counted.join()}`;
  }
}

/** Makes one number of a row address and a round. */
const OPERATIONS_MAX = 2 ** 31;
