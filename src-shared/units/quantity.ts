import { accepted, refused, type Result } from '../base/result';

/** What a quantity counts. `rate` is bytes a second, `count` has no unit. */
export type Dimension = 'bytes' | 'ns' | 'rate' | 'count';

/** Sizes are powers of 1024 (KiB; K is accepted as in the kernel), rates are decimal bits or bytes a second. */
const UNITS: Readonly<Record<Dimension, Readonly<Record<string, number>>>> = {
  bytes: {
    '': 1, b: 1, k: 2 ** 10, kib: 2 ** 10, kb: 2 ** 10, m: 2 ** 20, mib: 2 ** 20, mb: 2 ** 20,
    g: 2 ** 30, gib: 2 ** 30, gb: 2 ** 30, t: 2 ** 40, tib: 2 ** 40, tb: 2 ** 40, pages: 4096, page: 4096,
  },
  ns: { '': 1, ns: 1, us: 1e3, 'µs': 1e3, ms: 1e6, s: 1e9 },
  rate: { '': 1, 'b/s': 1, 'kb/s': 1e3, 'mb/s': 1e6, 'gb/s': 1e9, 'gib/s': 2 ** 30, 'gbit/s': 1e9 / 8, 'mbit/s': 1e6 / 8 },
  count: { '': 1 },
};

/** Reads "64 GiB", "1.5 us", "200 Gbit/s" or a bare number. Refuses with what was expected. */
export function parseQuantity(text: string | number, dimension: Dimension): Result<number, string> {
  const match = /^\s*(-?(?:0x[0-9a-f]+|\d+(?:[._]\d+)*(?:e\d+)?))\s*([a-zµ/]*)\s*$/i.exec(String(text));
  if (match === null) return refused(`expected a number${unitHint(dimension)}`);
  const factor = UNITS[dimension][(match[2] ?? '').toLowerCase()];
  if (factor === undefined) return refused(`unknown unit "${match[2] ?? ''}"${unitHint(dimension)}`);
  const value = Number((match[1] ?? '').replaceAll('_', '')) * factor;
  if (value < 0) return refused(`is negative; expected zero or more${unitHint(dimension)}`);
  if (!Number.isSafeInteger(Math.round(value))) return refused('is too large');
  return accepted(Math.round(value));
}

function unitHint(dimension: Dimension): string {
  switch (dimension) {
    case 'bytes': return ', with B, KiB, MiB, GiB or TiB';
    case 'ns': return ', with ns, us, ms or s';
    case 'rate': return ', with GB/s, GiB/s or Gbit/s';
    case 'count': return ' without unit';
  }
}
