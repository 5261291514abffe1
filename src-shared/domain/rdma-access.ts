/** Access rights of registrations, windows and queue pairs as bits (include/rdma/ib_verbs.h enum ib_access_flags), by their words in labs. */
export const ACCESS = {
  'local-write': 1, 'remote-write': 2, 'remote-read': 4, 'remote-atomic': 8, 'mw-bind': 16, 'on-demand': 64,
} as const;

export type AccessWord = keyof typeof ACCESS;

const WORDS = Object.entries(ACCESS);

/** Bits of "local-write+remote-write"; null where a word of it is none. "none" is no right at all. */
export function parseAccess(text: string): number | null {
  if (text === 'none') return 0;
  const bits = text.split('+').map(word => WORDS.find(([name]) => name === word)?.[1] ?? null);
  return bits.includes(null) ? null : bits.reduce<number>((sum, bit) => sum | (bit ?? 0), 0);
}

/** "local-write+remote-write", or "none". */
export const accessText = (bits: number): string => WORDS.filter(([, bit]) => (bits & bit) !== 0).map(([word]) => word).join('+') || 'none';
