import { source } from '@shared/domain/source';
import { arena } from '@shared/state/arena';
import { actors, operations } from '@shared/state/tables';
import { operationText } from '@shared/trace/names';
import type { EndInvariant } from './invariant';

/** Operations that change a file’s layout (spec 4.1). */
const LAYOUT_WORDS: ReadonlySet<string> = new Set(['ftruncate', 'fallocate']);

export const l1LayoutOperationEnds: EndInvariant = {
  kind: 'end',
  id: 'L1',
  class: 'liveness',
  sentence: 'A truncate or punch ends once the holds that existed when it began are released.',
  source: source('spec 10.2 L1; objection in the thread of 30 Oct 2017', 'D', 'S'),
  brokenBy(outcome) {
    const { run } = outcome;
    const isLayout = (actor: number): boolean => {
      const operation = actors.op.get(run.actors[actor].row);
      return LAYOUT_WORDS.has(run.operations[operations.nth.in(arena, operation)]?.word ?? '');
    };
    const starved = outcome.starving.filter(isLayout).map(actor => ({
      chain: [
        `the whole state has come back to what it was, and ${operationText(run, actors.op.get(run.actors[actor].row))} has not returned`,
        ...outcome.chainOf(actor).lines,
        `the others can go round like this for ever: ${run.operations.filter(operation => operation.repeats).map(operation => operation.text).join(', ')}`,
      ],
    }));
    const lost = outcome.blocked.filter(actor => isLayout(actor) && outcome.chainOf(actor).end === 'mapping').map(actor => ({ chain: outcome.chainOf(actor).lines }));
    return [...starved, ...lost];
  },
};
