import { errnoName } from '@shared/domain/errno';
import { signalName } from '@shared/domain/signal';
import type { StepEntry } from '@shared/protocol/catalogue';
import type { State } from '@shared/state/arena';
import type { Row } from '@shared/state/dictionary';
import { operations } from '@shared/state/tables';
import type { RunDescription } from '@shared/trace/run-description';
import { gravestWait, NATURE_WORDS, natureOfWait } from '@shared/trace/own-work';
import { stepOf } from '@shared/trace/running-frame';
import { waitsOf } from '@shared/trace/wait-graph';
import { showNs } from '@shared/units/show';
import type { Fact } from '../design/fact';

export type OperationMood = 'pending' | 'running' | 'waiting' | 'blocked' | 'done' | 'failed' | 'killed' | 'skipped' | 'lost';

/** How an operation stands at the cursor, in one word and one sentence. */
export interface OperationStanding {
  readonly mood: OperationMood;
  readonly text: string;
  /** It rests on a rule that nobody knows. */
  readonly assumed: boolean;
}

export function standingOf(state: State, run: RunDescription, nth: number): OperationStanding {
  return { ...moodOf(state, run, nth), assumed: operations.assumed.in(state, run.operations[nth]!.row) === 1 };
}

function moodOf(state: State, run: RunDescription, nth: number): Omit<OperationStanding, 'assumed'> {
  const { row, actor } = run.operations[nth]!;
  const phase = operations.state.nameIn(state, row);
  const killedBy = operations.killedBy.in(state, row);
  const errno = operations.errno.in(state, row);
  if (phase === 'pending') return { mood: 'pending', text: 'not begun' };
  if (killedBy !== 0) return { mood: 'killed', text: `ended by ${signalName(killedBy)}` };
  if (phase === 'skipped') return { mood: 'skipped', text: 'skipped' };
  if (phase === 'lost') return { mood: 'lost', text: 'lost with the power' };
  if (phase === 'running') {
    const wait = gravestWait(waitsOf(state, run, actor));
    if (wait === null) return { mood: 'running', text: 'running' };
    const nature = natureOfWait(wait.kind);
    return { mood: nature === 'blocked' ? 'blocked' : 'waiting', text: NATURE_WORDS[nature] };
  }
  return errno === 0 ? { mood: 'done', text: `returned ${operations.result.in(state, row)}` } : { mood: 'failed', text: `failed with ${errnoName(errno)}` };
}

/** When it began and how long it took so far. */
export function timesOf(state: State, row: Row, nowNs: number): Fact[] {
  const phase = operations.state.nameIn(state, row);
  if (phase === 'pending') return [];
  const startNs = operations.startNs.in(state, row);
  const endNs = phase === 'running' ? nowNs : operations.endNs.in(state, row);
  const rounds = operations.rounds.in(state, row);
  return [
    ['began', showNs(startNs)],
    [phase === 'running' ? 'so far' : 'took', showNs(Math.max(0, endNs - startNs))],
    ...(rounds > 1 ? [['rounds', String(rounds)] as const] : []),
  ];
}

/** Where an actor stands: the step it takes next; null once it has finished. */
export const placeOf = (state: State, run: RunDescription, actor: number): StepEntry | null => stepOf(state, run, run.actors[actor]!.row);
