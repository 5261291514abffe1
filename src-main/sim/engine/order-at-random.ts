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
    const enabled = machine.actorRows.map((row, actor) => ({ row, actor })).filter(({ row }) => machine.isEnabled(row));
    if (enabled.length === 0) return null;
    const { row, actor } = enabled[this.prng.below(enabled.length)];
    return { actor, choice: this.prng.below(machine.choicesOf(row)), timeNs: Math.max(kernel.nowNs, actors.wakeNs.get(row)) };
  }
}
