/** A transfer as the sharing sees it: the hops it crosses and the rate at which its ends could go alone. */
export interface Share {
  readonly hops: readonly number[];
  readonly limit: number;
}

/**
 * Max-min fair rates of transfers over shared hops: nobody gets more while somebody with less could have it. Rates in the unit of
 * the capacities. Filled hop by hop, the tightest first (D. Bertsekas, R. Gallager, "Data Networks", 6.5.2).
 */
export function fairRates(shares: readonly Share[], capacityOf: (hop: number) => number): readonly number[] {
  const rates = shares.map(() => 0);
  const open = new Set(shares.keys());
  while (open.size > 0) {
    let tightest: readonly number[] = [];
    let rate = Infinity;
    const consider = (members: readonly number[], at: number): void => {
      if (at >= rate) return;
      rate = at;
      tightest = members;
    };
    for (const nth of open) consider([nth], shares[nth].limit);
    for (const hop of new Set([...open].flatMap(nth => shares[nth].hops))) {
      const crossing = [...shares.keys()].filter(nth => shares[nth].hops.includes(hop));
      const given = crossing.reduce((sum, nth) => sum + (open.has(nth) ? 0 : rates[nth]), 0);
      const members = crossing.filter(nth => open.has(nth));
      consider(members, (capacityOf(hop) - given) / members.length);
    }
    for (const nth of tightest) {
      rates[nth] = Math.max(1, rate);
      open.delete(nth);
    }
  }
  return rates;
}
