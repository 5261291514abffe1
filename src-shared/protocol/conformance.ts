/** How many observations the lab agrees with. */
export interface Tally {
  readonly agree: number;
  readonly differ: number;
  readonly notModelled: number;
}

/** What came of one observation of a real kernel. */
export interface ConformanceRow {
  readonly id: string;
  readonly area: string;
  /** "Linux 6.1.192". */
  readonly kernel: string;
  /** Word of the observed call. */
  readonly operation: string;
  readonly verdict: 'agree' | 'differ' | 'not-modelled';
  readonly agree: boolean;
  /** What was observed, and what the lab shows, where they differ. */
  readonly expected: string;
  readonly got: string;
  readonly reason: string;
}

/** What `pinlab conform --json` prints (interfaces.md), and what the window shows. */
export interface Conformance {
  readonly totals: Tally;
  readonly areas: Readonly<Record<string, Tally>>;
  readonly operations: Readonly<Record<string, Tally>>;
  readonly kernels: Readonly<Record<string, Tally>>;
  readonly rows: readonly ConformanceRow[];
}

export const sharePercent = ({ agree, differ, notModelled }: Tally): number => (100 * agree) / Math.max(1, agree + differ + notModelled);
