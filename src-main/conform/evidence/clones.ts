import { NotModelled } from '../translation/not-modelled';
import { byteOfFile } from './content';
import type { Evidence } from './evidence';
import type { Fact, Facts } from './fact';

type Side = 'clone' | 'original';

/** The byte that the action is about, of one of two files that were made to share blocks. */
const byteOf = (side: Side, positionIn: (evidence: Evidence) => number): Fact => evidence => {
  const { cloned, touchedByte } = evidence.scene;
  if (cloned === null) throw new NotModelled('a clone');
  return byteOfFile(evidence, cloned[side].name, touchedByte, positionIn(evidence));
};

const beforeAction = ({ before }: Evidence): number => before;
const atTheEnd = ({ end }: Evidence): number => end;

const ofSide = (side: Side): Facts => ({ [`${side}_before`]: byteOf(side, beforeAction), [`${side}_after`]: byteOf(side, atTheEnd), [`${side}_byte`]: byteOf(side, atTheEnd) });

/** What a write to a file or to its clone left of the other. */
export const cloneFacts: Facts = { ...ofSide('clone'), ...ofSide('original') };
