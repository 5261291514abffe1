import { NS_PER_MS, NS_PER_S, NS_PER_US } from './time';
import { PAGE_BYTES } from './pages';

const trimmed = (value: number, digits: number): string => value.toFixed(digits).replace(/\.?0+$/, '');

/** "850 ns", "41.2 µs", "1.25 ms", "45 s". */
export function showNs(ns: number): string {
  if (ns < NS_PER_US) return `${ns} ns`;
  if (ns < NS_PER_MS) return `${trimmed(ns / NS_PER_US, 2)} µs`;
  if (ns < NS_PER_S) return `${trimmed(ns / NS_PER_MS, 2)} ms`;
  return `${trimmed(ns / NS_PER_S, 2)} s`;
}

const SIZES = ['B', 'KiB', 'MiB', 'GiB', 'TiB', 'PiB'] as const;

/** "4 KiB", "1.5 TiB". */
export function showBytes(bytes: number): string {
  let value = bytes;
  let unit = 0;
  while (value >= 1024 && unit < SIZES.length - 1) {
    value /= 1024;
    unit++;
  }
  return `${trimmed(value, 2)} ${SIZES[unit] ?? 'B'}`;
}

/** "25 GB/s". */
export const showRate = (bytesPerSecond: number): string =>
  bytesPerSecond >= 1e9 ? `${trimmed(bytesPerSecond / 1e9, 2)} GB/s` : `${trimmed(bytesPerSecond / 1e6, 2)} MB/s`;

/** "1 page", "512 pages", "268 435 456 pages". */
export const showPages = (count: number): string => `${showCount(count)} ${count === 1 ? 'page' : 'pages'}`;

export const showPageBytes = (count: number): string => showBytes(count * PAGE_BYTES);

/** Groups of three digits, parted by a narrow no-break space. */
export const showCount = (count: number): string => String(count).replace(/\B(?=(\d{3})+$)/g, '\u202f');

/** "0x80042". */
export const showPfn = (pfn: number): string => `0x${pfn.toString(16)}`;
