/**
 * How one pin is counted: as a plain reference, as 1024 references (GUP_PIN_COUNTING_BIAS, include/linux/mm.h), as a reference and one
 * in the pincount, or in a count of its own whose first pin holds a reference (spec 1.2, 1.9).
 */
export type PinForm = 'reference' | 'bias' | 'pincount' | 'gupcount';

export const GUP_PIN_COUNTING_BIAS = 1024;

/** What is added to the counts of a folio. */
export interface CountChange {
  readonly refs: number;
  readonly pins: number;
}

/** What `n` plain references change (negative: puts). */
export const referencesChange = (n: number): CountChange => ({ refs: n, pins: 0 });

/** What `n` pins change (negative: unpins) on a folio whose pincount is `pinsBefore`. */
export function pinsChange(form: PinForm, n: number, pinsBefore: number): CountChange {
  switch (form) {
    case 'reference': return { refs: n, pins: 0 };
    case 'bias': return { refs: n * GUP_PIN_COUNTING_BIAS, pins: 0 };
    case 'pincount': return { refs: n, pins: n };
    case 'gupcount': return { refs: Math.sign(pinsBefore + n) - Math.sign(pinsBefore), pins: n };
  }
}

/** folio_maybe_dma_pinned(): false is exact where pins are told apart at all; true may be wrong where they are counted as references. */
export function maybeDmaPinned(form: PinForm, refs: number, pins: number): boolean {
  switch (form) {
    case 'reference': return false;
    case 'bias': return refs >>> 0 >= GUP_PIN_COUNTING_BIAS;
    case 'pincount':
    case 'gupcount': return pins > 0;
  }
}
