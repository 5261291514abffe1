import { errnoName } from '@shared/domain/errno';
import { signalName } from '@shared/domain/signal';
import { arena } from '@shared/state/arena';
import { workRequests } from '@shared/state/rdma-tables';
import { actors, counters, operations, processes } from '@shared/state/tables';
import type { OperationOutcome, RunCost, RunDescription } from '@shared/trace/run-description';
import { blockedChain } from '@shared/trace/wait-graph';
import type { RunOutcome } from '../invariants/invariant';
import { machine } from '../engine/machine';
import { heldUpNs } from '../engine/order-by-time';

/** A child whose fork never came is no task that waits. */
export const isBorn = (actor: number): boolean => processes.unborn.get(actors.process.get(actor)) === 0;

/** How the run stands at its end, or on its way, for the invariants that judge ends. */
export function outcomeOf(run: RunDescription, starving: readonly number[] | null, isAtRest: boolean): RunOutcome {
  const blocked = run.actors.flatMap(({ row, kind }, nth) => (kind === 'task' && actors.pc.get(row) !== 0 && isBorn(row) && !machine.isEnabled(row) ? [nth] : []));
  const chains = new Map<number, ReturnType<RunOutcome['chainOf']>>();
  return {
    run, host: run.host, isAtRest, lasso: starving !== null, blocked: starving === null ? blocked : [], starving: starving ?? [],
    chainOf(actor) {
      let chain = chains.get(actor);
      if (chain === undefined) {
        const { links, end, cycle } = blockedChain(arena, run, actor);
        chain = { lines: links.map(link => link.text), end, cycle };
        chains.set(actor, chain);
      }
      return chain;
    },
  };
}

/** What became of each operation. `blockedOn` is the chain behind an operation that could not go on when the run ended. */
export function operationOutcomes(run: RunDescription, outcome: RunOutcome): readonly OperationOutcome[] {
  return run.operations.map(operation => {
    const { row } = operation;
    const state = operations.state.nameIn(arena, row);
    const actor = run.actors[operation.actor];
    const isCurrent = actors.op.get(actor.row) === row;
    const hasEnded = actors.pc.get(actor.row) === 0;
    const errno = operations.errno.get(row);
    const killedBy = operations.killedBy.get(row);
    const isDone = state === 'done';
    const stands = outcome.blocked.includes(operation.actor) || outcome.starving.includes(operation.actor);
    const transfer = workRequests.$.rows().find(candidate => workRequests.op.get(candidate) === row && workRequests.reported.in(arena, candidate) === 1);
    return {
      actor: actor.name, op: operation.name, text: operation.text,
      state: isDone ? 'done' : state === 'running' || state === 'lost' ? state : hasEnded || state === 'skipped' ? 'skipped' : 'pending',
      result: isDone ? operations.result.get(row) : null,
      errno: isDone && errno !== 0 ? errnoName(errno) : null,
      killedBy: killedBy === 0 ? null : signalName(killedBy),
      status: transfer === undefined ? null : workRequests.status.nameIn(arena, transfer),
      blockedOn: isCurrent && stands ? outcome.chainOf(operation.actor).lines.join('; ') : null,
      startNs: state === 'pending' ? null : operations.startNs.get(row),
      endNs: isDone || state === 'lost' ? operations.endNs.get(row) : null,
      rounds: operations.rounds.get(row),
      blockedNs: operations.blockedNs.get(row) + (isCurrent && actors.waitingSince.get(actor.row) !== 0 ? heldUpNs(actor.row) : 0),
      assumed: operations.assumed.get(row) === 1,
    };
  });
}

/** What the run cost beside time. */
export function runCost(): RunCost {
  const row = counters.$.row(0);
  return { waits: counters.waits.get(row), zeroedPages: counters.zeroedPages.get(row), bouncedPages: counters.bouncedPages.get(row) };
}
