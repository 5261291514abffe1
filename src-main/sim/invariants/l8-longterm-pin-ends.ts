import { source } from '@shared/domain/source';
import { arena } from '@shared/state/arena';
import { actors, operations } from '@shared/state/tables';
import { operationText } from '@shared/trace/names';
import type { EndInvariant, RunOutcome } from './invariant';

/** Operations that pin for the long term, and so may have to move pages first. */
const PINNING: ReadonlySet<string> = new Set(['ibv-reg', 'uring-register', 'xdp-register', 'pin-pages']);

function wordOf({ run }: RunOutcome, actor: number): string {
  const operation = actors.op.get(run.actors[actor].row);
  return operation === 0 ? '' : run.operations[operations.nth.in(arena, operation)].word;
}

export const l8LongtermPinEnds: EndInvariant = {
  kind: 'end',
  id: 'L8',
  class: 'liveness',
  sentence: 'A long-term pin that has to move pages first ends, with or without them.',
  source: source('spec 10.2 L8, 1.6; mm/gup.c __gup_longterm_locked() (6.19); tenstorrent/tt-kmd#295', 'V', 'D'),
  brokenBy: outcome => outcome.starving.filter(actor => PINNING.has(wordOf(outcome, actor))).map(actor => ({
    chain: [
      `${operationText(outcome.run, actors.op.get(outcome.run.actors[actor].row))} pins, unpins and begins again: the whole state has come back to what it was`,
      'a folio must not stay where it is, and cannot be isolated to be moved: it is neither moved nor given up',
    ],
  })),
};
