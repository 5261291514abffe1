import type { State } from '../state/arena';
import { operations } from '../state/tables';
import { actorName } from './names';
import type { RunDescription } from './run-description';
import type { Wait } from './wait-targets';

/** The wait of a program for a boot: who is to cut the power has not done it, or boots the machine. */
export function awaitedBoot(state: State, run: RunDescription): Wait {
  const cut = run.operations.find(({ word, row }) => word === 'power-failure' && ['pending', 'running'].includes(operations.state.nameIn(state, row)));
  const holders = cut === undefined ? [] : [{ actor: cut.actor, row: run.actors[cut.actor]?.row ?? 0, text: `${actorName(run, cut.actor)} has not cut the power and booted it again` }];
  return { kind: 'boot', text: 'the machine to boot after a power failure', holders };
}
