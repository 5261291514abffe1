import type { Clause } from '../../observation/clause';
import type { Reading } from '../../observation/values';
import type { Step } from '../draft';
import type { Scene } from '../scene';

/** What a clause becomes: a step of the lab, or null where it only says how things are. */
export type Translate = (scene: Scene, said: Said) => Step | null;

/** A clause with its values, and the actor whose step it is. */
export interface Said {
  readonly clause: Clause;
  readonly read: Reading;
  readonly actor: string;
}

/** Translations by word. */
export type Family = Readonly<Record<string, Translate>>;
