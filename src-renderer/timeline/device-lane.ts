import { showPages } from '@shared/units/show';
import type { Lane } from './lane';
import { segmentLane, type SegmentLaneParts } from './segment-lane';

/** A device engine: the requests it serves; stripes where it moves data. */
export function deviceLane(parts: Omit<SegmentLaneParts, 'names'>): Lane {
  const { run, actor } = parts;
  return segmentLane(`device/${run.actors[actor]!.name}`, {
    ...parts,
    names: segment => {
      const served = run.operations[segment.operation];
      const what = segment.effect === 'dma' ? [`DMA ${showPages(segment.pages)}`, 'DMA'] : [];
      return served === undefined ? what : [`${what[0] ?? 'work'} for ${served.name}`, ...what, served.name];
    },
  });
}
