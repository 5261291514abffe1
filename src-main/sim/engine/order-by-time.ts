import { mix } from '@shared/base/hash';
import { arena } from '@shared/state/arena';
import { actors, counters, operations } from '@shared/state/tables';
import { natureOfWait } from '@shared/trace/own-work';
import { kernel } from '../kernel';
import { machine } from './machine';
import type { Order, Pick } from './order';

/**
 * Simulated-time order: the actor whose time comes first; locks are handed over first come, first served; who was woken goes
 * before who arrives; ties are broken by the seed. All it knows lies in the actors’ rows, so it can go on from any state.
 */
export class OrderByTime implements Order {
  private steps = 0;

  constructor(private readonly seed: number) {}

  next(): Pick | null {
    for (;;) {
      const actor = this.earliest();
      if (actor < 0) return null;
      const row = machine.actorRows[actor];
      const isWaiting = actors.waitingSince.get(row) !== 0;
      const timeNs = isWaiting ? this.waitsUntil(row) : Math.max(kernel.nowNs, actors.wakeNs.get(row));
      if (!isWaiting && !this.mayGo(row)) {
        kernel.nowNs = timeNs;
        startWaiting(row);
        continue;
      }
      if (isWaiting) stopWaiting(row);
      const choices = machine.choicesOf(row);
      return { actor, choice: choices === 1 ? 0 : (mix(this.seed, this.steps++) >>> 0) % choices, timeNs };
    }
  }

  /** Index of the actor to go next, −1 if nobody can. */
  private earliest(): number {
    let best = -1;
    let bestTime = Infinity;
    let bestTie = Infinity;
    machine.actorRows.forEach((row, actor) => {
      if (actors.pc.get(row) === 0) return;
      const since = actors.waitingSince.get(row);
      const time = since !== 0 ? this.waitsUntil(row) : Math.max(kernel.nowNs, actors.wakeNs.get(row));
      if (time === Infinity) return;
      const tie = since !== 0 ? since - 0x8000_0000 : mix(this.seed, actor) >>> 0;
      if (time < bestTime || (time === bestTime && tie < bestTie)) {
        best = actor;
        bestTime = time;
        bestTie = tie;
      }
    });
    return best;
  }

  /** When an actor that waits goes on, as things stand: now, with its timer, or never. */
  private waitsUntil(row: number): number {
    return this.mayGo(row) ? kernel.nowNs : Math.max(kernel.nowNs, machine.timeoutOf(row));
  }

  /** Enabled, and nobody has waited longer for the same lock. */
  private mayGo(row: number): boolean {
    if (!machine.isEnabled(row)) return false;
    const word = lockWordOf(row);
    if (word === 0) return true;
    const since = actors.waitingSince.get(row) || Infinity;
    const isShared = stepOf(row).shared === true;
    return machine.actorRows.every(other => {
      const otherSince = actors.waitingSince.get(other);
      if (other === row || otherSince === 0 || otherSince >= since || lockWordOf(other) !== word) return true;
      return isShared && stepOf(other).shared === true;
    });
  }
}

const stepOf = (row: number): (typeof machine.steps)[number] => machine.steps[arena.w[row + actors.pc.off]];

/** Address of the lock that the next step of an actor takes; 0 if it takes none. */
function lockWordOf(row: number): number {
  const { takes } = stepOf(row);
  if (takes === undefined) return 0;
  machine.enter(row);
  return takes.via.v + takes.column.off;
}

/** Notes since when an actor waits; first come, first served. */
function startWaiting(row: number): void {
  const counter = counters.$.row(0);
  const order = counters.waits.get(counter) + 1;
  counters.waits.set(counter, order);
  actors.waitingSince.set(row, order);
  actors.waitingFromNs.set(row, kernel.nowNs);
}

/** What an actor waited for others is charged to its operation, while it still stands at the step that waited. */
function stopWaiting(row: number): void {
  actors.waitingSince.set(row, 0);
  const op = actors.op.get(row);
  if (op !== 0) operations.blockedNs.set(op, operations.blockedNs.get(op) + heldUpNs(row));
}

/** How long an actor that waits has been held up by others; its own I/O and the order of set-up are no hold-up. */
export function heldUpNs(row: number): number {
  const { waitsFor } = stepOf(row);
  return waitsFor !== undefined && natureOfWait(waitsFor.kind) !== 'blocked' ? 0 : kernel.nowNs - actors.waitingFromNs.get(row);
}
