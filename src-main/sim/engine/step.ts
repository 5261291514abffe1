import type { Brand } from '@shared/base/brand';
import type { WaitTarget } from '@shared/protocol/catalogue';
import type { Local, Place, Term } from './place';

/** Where an actor goes after a step. Made only by `go`, `call`, `sleep` and `done`. */
export type Next = Brand<number, 'next'>;

/** A call site: which mechanism, and where each of its arguments comes from. */
export interface Call {
  /** The callee; a policy may decide which, when the lab is mounted. */
  readonly target: () => Mechanism;
  readonly args: readonly (Local | number)[];
}

/** One atomic step: other actors run before it and after it, never inside (architecture 1, spec 0.2). */
export interface Step<Name extends string = string> {
  readonly title: string;
  /** Lock taken by this step: guard, acquisition and footprint in one word. */
  readonly takes?: Place;
  readonly shared?: boolean;
  /** The condition that the step waits for (⟂ until). */
  readonly when?: () => boolean;
  /** What is waited for, so that a person can be told. Locks say it themselves. */
  readonly waitsFor?: WaitTarget;
  /** Simulated time at which the wait ends by itself, the condition unmet: a timer. Infinity is never. Exploring, it may end at any time. */
  readonly timeoutNs?: () => number;
  /** A pending signal enables the step too (int), or only a fatal one does (kill). */
  readonly interruptible?: 'signal' | 'kill';
  /** The step closes or opens another round of a loop that has no bound: a state that comes back here never ends (L6, L7, L8). */
  readonly beginsRound?: boolean;
  /** Number of alternatives: explored all, seeded in timed runs. */
  readonly choices?: () => number;
  readonly reads?: readonly Term[];
  readonly writes?: readonly Term[];
  /** Locks dropped at the end of the step. */
  readonly drops?: readonly Place[];
  /** Stay at this step while there is another piece to do. */
  readonly again?: () => boolean;
  readonly calls?: readonly Call[];
  /** Successors besides the next step of the table. */
  readonly to?: readonly (Name | 'done')[];
  /** Locals that are dead after this step. */
  readonly forgets?: readonly Local[];
  /** Simulated time the step takes. Exploring ignores it. */
  readonly costNs?: () => number;
  run?(go: Readonly<Record<Name, Next>>, choice: number): Next | undefined;
}

/** A table of steps: one kernel operation, device engine or program. */
export interface Mechanism {
  readonly name: string;
  readonly source: string;
  readonly locals: readonly string[];
  readonly steps: readonly Step[];
  readonly stepNames: readonly string[];
  /** Id of its first step; given when a lab is mounted. */
  base: number;
  /** Fills `go` once `base` is known. */
  number(base: number): void;
}

export const FALL_THROUGH = 0 as Next;
export const DONE = -1 as Next;
export const CALL = -2 as Next;
export const SLEEP = -3 as Next;

/** What accompanies a `Next` that is not a plain jump; valid until the engine has applied it. */
export const pending = {
  result: 0,
  errno: 0,
  sleepNs: 0,
  call: null as Call | null,
  then: FALL_THROUGH,
};

/** Ends the mechanism with `result`. */
export function done(result = 0): Next {
  pending.result = result;
  pending.errno = 0;
  return DONE;
}

/** Ends the mechanism with −1 and an errno. */
export function fail(errno: number): Next {
  pending.result = -1;
  pending.errno = errno;
  return DONE;
}

/** Lets simulated time pass, then goes on at `then`. */
export function sleep(ns: number, then: Next = FALL_THROUGH): Next {
  pending.sleepNs = ns;
  pending.then = then;
  return SLEEP;
}

/** Calls a mechanism; it returns to `then`. */
export function call(site: Call, then: Next = FALL_THROUGH): Next {
  pending.call = site;
  pending.then = then;
  return CALL;
}

/** A call site for `target`, its arguments in the order of the callee's frame. */
export const site = (target: Mechanism | (() => Mechanism), ...args: readonly (Local | number)[]): Call =>
  ({ target: typeof target === 'function' ? target : () => target, args });
