/** Mixes one more 32-bit word into a 32-bit hash (the MurmurHash3 round and finaliser). */
export function mix(hash: number, word: number): number {
  let k = Math.imul(word, 0xcc9e2d51);
  k = (k << 15) | (k >>> 17);
  let h = hash ^ Math.imul(k, 0x1b873593);
  h = (h << 13) | (h >>> 19);
  h = (Math.imul(h, 5) + 0xe6546b64) | 0;
  h = Math.imul(h ^ (h >>> 16), 0x85ebca6b);
  return h ^ (h >>> 13);
}

/** Hash of a text, one UTF-16 code unit a word. */
export function hashText(text: string): number {
  let hash = 0x9747b28c | 0;
  for (let i = 0; i < text.length; i++) hash = mix(hash, text.charCodeAt(i));
  return hash;
}

/** Two lanes as 16 hexadecimal digits. */
export const hexOf = (laneA: number, laneB: number): string =>
  (laneA >>> 0).toString(16).padStart(8, '0') + (laneB >>> 0).toString(16).padStart(8, '0');
