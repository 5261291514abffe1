/** Who takes the next step, which alternative, and when. Null ends the run. */
export interface Pick {
  /** Index of the actor. */
  readonly actor: number;
  readonly choice: number;
  readonly timeNs: number;
}

/** A way to schedule a run (architecture 1). */
export interface Order {
  next(): Pick | null;
}

/** A recorded schedule asks for a step that nobody can take there. */
export class ScheduleMismatch extends Error {
  override readonly name = 'ScheduleMismatch';
}
