/**
 * How sure a rule is (spec 0.1): read in source, observed on a running kernel, from memory, said in a thread, derived,
 * a modelling decision, or unknown (then the stated default is taken and outcomes are marked as assumed).
 */
export type Evidence = 'V' | 'O' | 'M' | 'S' | 'D' | 'X' | 'unknown';

/** Where a rule, an errno or a cost comes from. */
export interface Source {
  readonly text: string;
  readonly evidence: readonly Evidence[];
}

export const source = (text: string, ...evidence: readonly Evidence[]): Source => ({ text, evidence });

export const isAssumed = (of: Source): boolean => of.evidence.includes('unknown');

/** "fs/dax.c dax_break_layout() (6.19) [V]". */
export const showSource = (of: Source): string => `${of.text} [${of.evidence.join(', ')}]`;
