import { actors } from '@shared/state/tables';
import { kernel } from '../kernel';
import { machine } from './machine';
import { ScheduleMismatch, type Order, type Pick } from './order';

/** One word of a schedule: who, how far, and which alternative at each of those steps. */
interface Word {
  readonly text: string;
  readonly actor: number;
  readonly until: { readonly kind: 'steps'; readonly steps: number } | { readonly kind: 'step'; readonly name: string } | { readonly kind: 'blocked' };
  readonly choice: number;
}

/**
 * A schedule as text: words parted by spaces, each an actor with how far it goes. `dio` is one step, `dio*3` three,
 * `dio>GS4` until its next step is GS4, `dio!` until it waits or has ended; `/1` behind any of them picks alternative 1.
 * When the words are used up the run goes on in time order.
 */
export function parseSchedule(text: string, actorNames: readonly string[]): readonly Word[] {
  return text.split(/\s+/).filter(word => word !== '').map(word => {
    const match = /^([^*>!/]+)(?:\*(\d+)|>([\w-]+)|(!))?(?:\/(\d+))?$/.exec(word);
    const actor = actorNames.indexOf(match?.[1] ?? '');
    if (match === null || actor < 0) {
      throw new ScheduleMismatch(`"${word}" is no word of a schedule; expected an actor (${actorNames.join(', ')}) with *N, >STEP or ! behind it`);
    }
    const [, , steps, name, bang, choice] = match;
    const until: Word['until'] = name !== undefined ? { kind: 'step', name } : bang !== undefined ? { kind: 'blocked' } : { kind: 'steps', steps: Number(steps ?? 1) };
    return { text: word, actor, until, choice: Number(choice ?? 0) };
  });
}

/** A word goes no further than this; an actor that never reaches its step would run for ever. */
const WORD_STEPS_MAX = 100_000;

export class OrderByRecording implements Order {
  private at = 0;
  private taken = 0;
  private isUsedUp = false;

  /** `usedUp` is called once, between the last step of the words and the first one behind them. */
  constructor(private readonly words: readonly Word[], private readonly otherwise: Order, private readonly usedUp: () => void) {}

  next(): Pick | null {
    for (; this.at < this.words.length; this.at++, this.taken = 0) {
      const word = this.words[this.at];
      const row = machine.actorRows[word.actor];
      if (this.isReached(word, row)) continue;
      const isEnabled = machine.isEnabled(row);
      if (!isEnabled && (word.until.kind === 'blocked' || machine.timeoutOf(row) === Infinity)) {
        if (word.until.kind === 'blocked') continue;
        throw new ScheduleMismatch(`word ${this.at + 1} of the schedule, "${word.text}": ${actors.pc.get(row) === 0 ? 'the actor has ended' : `it cannot go on at ${stepName(row)}`}`);
      }
      this.taken++;
      actors.waitingSince.set(row, 0);
      return { actor: word.actor, choice: Math.min(word.choice, machine.choicesOf(row) - 1), timeNs: Math.max(kernel.nowNs, isEnabled ? actors.wakeNs.get(row) : machine.timeoutOf(row)) };
    }
    if (!this.isUsedUp) {
      this.isUsedUp = true;
      this.usedUp();
    }
    return this.otherwise.next();
  }

  private isReached({ until, text }: Word, row: number): boolean {
    switch (until.kind) {
      case 'steps': return this.taken >= until.steps;
      case 'blocked': return actors.pc.get(row) === 0;
      case 'step':
        if (this.taken > WORD_STEPS_MAX) throw new ScheduleMismatch(`word ${this.at + 1} of the schedule, "${text}": step ${until.name} is never reached`);
        if (actors.pc.get(row) === 0) throw new ScheduleMismatch(`word ${this.at + 1} of the schedule, "${text}": the actor ended before step ${until.name}`);
        return stepName(row) === until.name;
    }
  }
}

function stepName(row: number): string {
  const pc = actors.pc.get(row);
  const { base, stepNames } = machine.mechanismAt(pc);
  return stepNames[pc - base];
}
