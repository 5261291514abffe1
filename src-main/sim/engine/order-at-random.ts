import { prngFromSeed, type Prng } from '@shared/base/prng';
import { actors } from '@shared/state/tables';
import { kernel } from '../kernel';
import { machine } from './machine';
import type { Order, Pick } from './order';

/** Any enabled actor, any alternative, uniformly: durations and hand-over do not matter. One seed, one schedule. */
export class OrderAtRandom implements Order {
  private readonly prng: Prng;

  constructor(seed: number) {
    this.prng = prngFromSeed(seed);
  }

  next(): Pick | null {
    const enabled = machine.actorRows.map((row, actor) => ({ row, actor, dueNs: dueNs(row) })).filter(({ dueNs: due }) => due < Infinity);
    if (enabled.length === 0) return null;
    const { row, actor, dueNs: due } = enabled[this.prng.below(enabled.length)];
    return { actor, choice: this.prng.below(machine.choicesOf(row)), timeNs: Math.max(kernel.nowNs, due) };
  }
}

/** When an actor may go at the earliest, its timer included; Infinity if it cannot. */
const dueNs = (row: number): number => {
  if (actors.pc.get(row) === 0) return Infinity;
  return machine.isEnabled(row) ? actors.wakeNs.get(row) : machine.timeoutOf(row);
};
