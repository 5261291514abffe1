import { arena, type State } from '@shared/state/arena';
import { power } from '@shared/state/power-tables';
import { actors, filesystems } from '@shared/state/tables';
import type { Lab } from '@shared/lab/lab';
import type { ProgramOperation } from '../engine/program';
import type { Mechanism } from '../engine/step';
import { kernel, type Continuation } from '../kernel';
import type { LabNames } from './lab-names';

const POWER_FAILURE = 'power-failure';
const AWAIT_BOOT = 'await-boot';

export const losesPower = (lab: Lab): boolean => Object.values(lab.actors).some(({ ops }) => ops.some(({ word }) => word === POWER_FAILURE));

/** What a lab with a power failure may not have, and what makes no sense without one. */
export function checkPower(names: LabNames): void {
  const fails = losesPower(names.lab);
  const remote = Object.entries(names.lab.actors).find(([, { on }]) => on !== undefined && names.lab.topology.nodes[on]?.kind === 'rdma-peer')?.[0];
  for (const [actor, { ops }] of Object.entries(names.lab.actors)) {
    ops.forEach(({ word }, at) => {
      const path = ['actors', actor, 'ops', at, word];
      if (word === AWAIT_BOOT && !fails) names.problem(path, `nobody cuts the power: an actor needs ${POWER_FAILURE}`);
      if (word === POWER_FAILURE && remote !== undefined) names.problem(path, `what the remote peer of ${remote} sees of a power failure is not modelled`);
    });
  }
}

/** Where the power fails, logs have names and page cache too. To be called before the first operation is resolved. */
export function prepareForPowerFailure(lab: Lab): void {
  if (!losesPower(lab)) return;
  power.$.row(0);
  for (const fs of filesystems.$.rows(arena)) filesystems.mayLosePower.set(fs, 1);
}

/** Keeps the machine as it has booted, and where the programs of each actor go on with later boots. */
export function keepBooted(lab: Lab, programs: readonly Mechanism[], operations: readonly (readonly ProgramOperation[])[]): void {
  kernel.booted = null;
  kernel.continuations = new Map();
  if (!losesPower(lab)) return;
  kernel.continuations = new Map(Object.values(lab.actors).map(({ ops }, nth) => [actors.$.row(nth), ops.flatMap(({ word, parameters }, at): Continuation[] => {
    const step = operations[nth][at].atNs > 0 ? `A${at + 1}` : `O${at + 1}`;
    const { base, stepNames } = programs[nth];
    return word === AWAIT_BOOT ? [{ boot: Number(parameters['boot'] ?? 1), step: base + stepNames.indexOf(step), op: operations[nth][at].row }] : [];
  })]));
  kernel.booted = snapshot();
}

const snapshot = (): State => ({ w: arena.w.slice(0, arena.top), p: arena.p.slice(0, arena.slots), dictionary: arena.dictionary });
