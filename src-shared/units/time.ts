import type { Brand } from '../base/brand';

/** Integer nanoseconds since the run began; 2^53 ns are 104 days. */
export type SimNs = Brand<number, 'sim-ns'>;
export type DurationNs = Brand<number, 'duration-ns'>;

export const NS_PER_US = 1_000;
export const NS_PER_MS = 1_000_000;
export const NS_PER_S = 1_000_000_000;
