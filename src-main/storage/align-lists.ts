/** An item of a changed list: where it is now, and which item it was before, or null if it is new. */
export interface AlignedItem {
  readonly from: number | null;
  readonly to: number;
}

/** Beyond this many comparisons lists are matched place by place. */
const COMPARISONS_MAX = 1_000_000;

/** Matches two versions of a list: equal items to each other in order, what lies between place by place. */
export function aligned<Item>(before: readonly Item[], now: readonly Item[], equal: (a: Item, b: Item) => boolean): readonly AlignedItem[] {
  const kept = before.length * now.length > COMPARISONS_MAX ? [] : longestCommon(before, now, equal);
  const items: AlignedItem[] = [];
  let from = 0;
  let to = 0;
  for (const [keptFrom, keptTo] of [...kept, [before.length, now.length] as const]) {
    for (; to < keptTo; to++) items.push({ from: from < keptFrom ? from++ : null, to });
    if (keptTo < now.length) items.push({ from: keptFrom, to: keptTo });
    from = keptFrom + 1;
    to = keptTo + 1;
  }
  return items;
}

function longestCommon<Item>(a: readonly Item[], b: readonly Item[], equal: (a: Item, b: Item) => boolean): readonly (readonly [number, number])[] {
  const width = b.length + 1;
  const lengths = new Uint32Array((a.length + 1) * width);
  const same = (i: number, j: number): boolean => equal(a[i] as Item, b[j] as Item);
  const at = (i: number, j: number): number => lengths[i * width + j] ?? 0;
  for (let i = a.length - 1; i >= 0; i--) {
    for (let j = b.length - 1; j >= 0; j--) lengths[i * width + j] = same(i, j) ? at(i + 1, j + 1) + 1 : Math.max(at(i + 1, j), at(i, j + 1));
  }
  const pairs: (readonly [number, number])[] = [];
  for (let i = 0, j = 0; i < a.length && j < b.length;) {
    if (same(i, j)) pairs.push([i++, j++]);
    else if (at(i + 1, j) >= at(i, j + 1)) i++;
    else j++;
  }
  return pairs;
}
