import { arena } from '@shared/state/arena';
import type { Row } from '@shared/state/dictionary';
import { TARGET_PHASES, targetRequests, type TargetPhase } from '@shared/state/nvmet-tables';

export const phaseOf = (request: Row): TargetPhase => TARGET_PHASES[targetRequests.state.get(request)];
export const setPhase = (request: Row, phase: TargetPhase): void => { targetRequests.state.set(request, TARGET_PHASES.indexOf(phase)); };

/** Values of `targetRequests.status`. */
export const TARGET_STATUS = { success: 0, invalidNamespace: 1, internalError: 2 } as const;

/** Requests of a controller in one of some phases, the oldest first. */
export const requestsIn = (controller: Row, ...phases: readonly TargetPhase[]): readonly Row[] => targetRequests.$.rows(arena)
  .filter(request => targetRequests.controller.get(request) === controller && phases.includes(phaseOf(request)))
  .sort((a, b) => targetRequests.order.get(a) - targetRequests.order.get(b));
