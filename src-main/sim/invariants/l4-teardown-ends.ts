import { source } from '@shared/domain/source';
import { arena } from '@shared/state/arena';
import { actors, operations } from '@shared/state/tables';
import { operationText } from '@shared/trace/names';
import type { EndInvariant } from './invariant';

const TEARDOWN_WORDS: ReadonlySet<string> = new Set(['unbind', 'umount']);

export const l4TeardownEnds: EndInvariant = {
  kind: 'end',
  id: 'L4',
  class: 'liveness',
  sentence: 'Unbinding a driver and unmounting a file system end once users have let go.',
  source: source('spec 10.2 L4, 2.3, 4.6; mm/memremap.c memunmap_pages(): uninterruptible (6.19)', 'V', 'D'),
  brokenBy(outcome) {
    const { run, blocked } = outcome;
    return blocked.flatMap(actor => {
      const op = actors.op.get(run.actors[actor].row);
      const word = op === 0 ? '' : run.operations[operations.nth.in(arena, op)].word;
      return TEARDOWN_WORDS.has(word) ? [{ chain: [`${operationText(run, op)} waits, and no signal ends it`, ...outcome.chainOf(actor).lines] }] : [];
    });
  },
};
