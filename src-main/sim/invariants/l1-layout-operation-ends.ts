import { source } from '@shared/domain/source';
import { arena } from '@shared/state/arena';
import { actors, operations } from '@shared/state/tables';
import { operationText } from '@shared/trace/names';
import type { EndInvariant } from './invariant';

/** Operations that change a file’s layout (spec 4.1). */
const LAYOUT_WORDS: ReadonlySet<string> = new Set(['ftruncate', 'fallocate', 'reflink']);

/** The lab’s own steps that order a set-up, and programs that poll or wait for a child: no kernel waits there. Of the end of devices and file systems L4 speaks. */
const OTHERS_WORDS: ReadonlySet<string> = new Set(['await-held', 'await-waiting', 'await-done', 'await-break', 'poll-cq', 'waitpid', 'unbind', 'umount']);
/** A cycle is L5’s, a hold that user space keeps is L2’s, a lease that nobody gives up L3’s. */
const HAS_A_CULPRIT: ReadonlySet<string> = new Set(['cycle', 'pin', 'lease']);

export const l1LayoutOperationEnds: EndInvariant = {
  kind: 'end',
  id: 'L1',
  class: 'liveness',
  sentence: 'An operation ends once the holds that existed when it began are released.',
  source: source('spec 10.2 L1; objection in the thread of 30 Oct 2017', 'D', 'S'),
  brokenBy(outcome) {
    const { run } = outcome;
    const wordOf = (actor: number): string => {
      const operation = actors.op.get(run.actors[actor].row);
      return operation === 0 ? '' : run.operations[operations.nth.in(arena, operation)].word;
    };
    const starved = outcome.starving.filter(actor => LAYOUT_WORDS.has(wordOf(actor))).map(actor => ({
      chain: [
        `the whole state has come back to what it was, and ${operationText(run, actors.op.get(run.actors[actor].row))} has not returned`,
        ...outcome.chainOf(actor).lines,
        `the others can go round like this for ever: ${run.operations.filter(operation => operation.repeats).map(operation => operation.text).join(', ')}`,
      ],
    }));
    const stuck = outcome.blocked
      .filter(actor => !OTHERS_WORDS.has(wordOf(actor)) && !HAS_A_CULPRIT.has(outcome.chainOf(actor).end))
      .map(actor => ({ chain: outcome.chainOf(actor).lines }));
    return [...starved, ...stuck];
  },
};
