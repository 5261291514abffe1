import type { Evidence } from './evidence';

/** How a counter of vocabulary 8.2 is read from a run. */
export type Fact = (evidence: Evidence) => unknown;

/** Readings by counter name. */
export type Facts = Readonly<Record<string, Fact>>;
