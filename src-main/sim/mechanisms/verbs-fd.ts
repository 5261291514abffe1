import type { Row } from '@shared/state/dictionary';
import { processes } from '@shared/state/tables';
import { verbsFds } from '@shared/state/vfs-tables';
import { mechanism } from '../engine/mechanism';
import { every, frame } from '../engine/place';
import { done } from '../engine/step';
import { kernel } from '../kernel';

/** What {@link closesVerbsOf} reads. */
export const VERBS_READS = every(verbsFds.passedTo, processes.exited);

const passedTo = (owner: Row): Row => verbsFds.passedTo.get(verbsFds.$.row(owner));

/**
 * Whether the exit of `process` closes the last descriptor of the verbs context that `owner` opened: its own, unless somebody else
 * has it too; or one that it was given by a process that has exited (the trap of spec 5.8).
 */
export function closesVerbsOf(process: Row, owner: Row): boolean {
  const other = passedTo(owner);
  if (owner === process) return other === 0 || processes.exited.get(other) === 1;
  return other === process && processes.exited.get(owner) === 1;
}

const T = frame('process', 'to');

/** SCM_RIGHTS with the descriptor of the verbs context. */
export const passVerbs = mechanism({
  name: 'pass-verbs',
  source: 'unix(7) SCM_RIGHTS; drivers/infiniband/core/uverbs_main.c ib_uverbs_close() (6.19); spec 5.8',
  frame: T,
  order: 'PV1',
  steps: {
    PV1: {
      title: 'give the other process the verbs descriptor too', writes: every(verbsFds.passedTo), to: ['done'], costNs: () => kernel.costs.syscallNs,
      run: () => {
        verbsFds.passedTo.set(verbsFds.$.row(T.process.v), T.to.v);
        return done();
      },
    },
  },
});
