import { PagesPlace, Place, EveryRow, type Term } from '../engine/place';
import type { Step } from '../engine/step';
import type { Finding, Invariant, Judgement, StateInvariant } from './invariant';

/** What a watcher found: which rule, at which step. */
export interface Broken {
  readonly invariant: Invariant;
  readonly finding: Finding;
}

const columnOf = (term: Term): unknown => {
  if (term instanceof Place || term instanceof EveryRow) return term.column;
  if (term instanceof PagesPlace) return term.field;
  return null;
};

/** Judges state invariants after each step that declares to write what they watch. Each rule is reported once a run. */
export class Watcher {
  private readonly watchersOf = new Map<Step, readonly StateInvariant[]>();
  private readonly reported = new Set<string>();

  constructor(private readonly invariants: readonly Invariant[]) {}

  judge(step: Step, judgement: Judgement): readonly Broken[] {
    let watching = this.watchersOf.get(step);
    if (watching === undefined) {
      watching = this.watchingOf(step);
      this.watchersOf.set(step, watching);
    }
    const broken: Broken[] = [];
    for (const invariant of watching) {
      if (this.reported.has(invariant.id)) continue;
      const finding = invariant.broken(judgement);
      if (finding === null) continue;
      this.reported.add(invariant.id);
      broken.push({ invariant, finding });
    }
    return broken;
  }

  private watchingOf(step: Step): readonly StateInvariant[] {
    const written = new Set((step.writes ?? []).map(columnOf));
    return this.invariants.filter(invariant => invariant.kind === 'state').filter(invariant => invariant.watches.some(column => written.has(column)));
  }
}
