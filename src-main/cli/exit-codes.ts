/** What the exit code of every command means; worst first, so that of several the first one found here is taken. */
export const EXIT_CODES = {
  internalFault: { code: 70, meaning: 'internal fault; the message says where the report is' },
  cancelled: { code: 130, meaning: 'cancelled' },
  usage: { code: 2, meaning: 'wrong usage' },
  cannotHere: { code: 4, meaning: 'cannot do that here: something the machine lacks' },
  badInput: { code: 3, meaning: 'bad input: a file that cannot be read or makes no sense' },
  safety: { code: 10, meaning: 'a safety invariant is violated and the lab does not expect it' },
  liveness: { code: 11, meaning: 'a liveness invariant is violated and the lab does not expect it' },
  expectation: { code: 1, meaning: 'an expectation of the lab is not met' },
  notComplete: { code: 12, meaning: 'not complete: a bound was hit' },
  asExpected: { code: 0, meaning: 'as expected (a violation that the lab expects included)' },
} as const;

export type Exit = keyof typeof EXIT_CODES;

const WORST_FIRST = Object.keys(EXIT_CODES) as readonly Exit[];

export const worst = (exits: readonly Exit[]): Exit => WORST_FIRST.find(exit => exits.includes(exit)) ?? 'asExpected';
