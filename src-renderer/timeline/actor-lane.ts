import type { Lane } from './lane';
import { segmentLane, type SegmentLaneParts } from './segment-lane';

/** A program or a kernel worker: its operations, and what blocked them. */
export function actorLane(parts: Omit<SegmentLaneParts, 'names'>): Lane {
  const { run, actor } = parts;
  return segmentLane(`actor/${run.actors[actor]!.name}`, {
    ...parts,
    names: segment => {
      const operation = run.operations[segment.operation];
      if (operation !== undefined) return [operation.text, operation.word];
      const step = run.steps.find(({ id }) => id === segment.at);
      return step === undefined ? [] : [step.mechanism.replaceAll('-', ' ')];
    },
  });
}
