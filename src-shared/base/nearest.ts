/** The word that a person most likely meant, or null if none is close: at most a third of its letters differ, or it is cut short. */
export function nearest(word: string, known: readonly string[]): string | null {
  const asked = word.slice(0, LETTERS_MAX).toLowerCase();
  const begun = known.filter(candidate => asked.length >= 3 && candidate.toLowerCase().startsWith(asked));
  if (begun.length === 1) return begun[0] ?? null;
  let best: string | null = null;
  let bestDistance = Math.max(2, Math.floor(asked.length / 3)) + 1;
  for (const candidate of known) {
    const distance = editDistance(asked, candidate.slice(0, LETTERS_MAX).toLowerCase());
    if (distance > bestDistance || distance >= candidate.length) continue;
    if (distance === bestDistance && (best === null || sharedStart(asked, candidate) <= sharedStart(asked, best))) continue;
    best = candidate;
    bestDistance = distance;
  }
  return best;
}

/** " Did you mean x?", or nothing. */
export function didYouMean(word: string, known: readonly string[]): string {
  const candidate = nearest(word, known);
  return candidate === null ? '' : ` Did you mean "${candidate}"?`;
}

function sharedStart(a: string, b: string): number {
  let length = 0;
  while (length < a.length && a[length] === b[length]) length++;
  return length;
}

/** Distances cost the product of two lengths; nothing in a lab has a longer name. */
const LETTERS_MAX = 80;

/** Insertions, deletions, replacements, and swaps of neighbours (optimal string alignment). */
function editDistance(a: string, b: string): number {
  let beforeLast: number[] = [];
  let last = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (let i = 1; i <= a.length; i++) {
    const row = [i];
    for (let j = 1; j <= b.length; j++) {
      const replaced = (last[j - 1] ?? 0) + (a[i - 1] === b[j - 1] ? 0 : 1);
      row[j] = Math.min(replaced, (last[j] ?? 0) + 1, (row[j - 1] ?? 0) + 1);
      if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1]) row[j] = Math.min(row[j] ?? 0, (beforeLast[j - 2] ?? 0) + 1);
    }
    beforeLast = last;
    last = row;
  }
  return last[b.length] ?? 0;
}
