import { sumOf, type CountTerm } from '@shared/trace/holder-counts';
import { showCount } from '@shared/units/show';

/** "1 + 1 024 × 2 pins": summands of the same worth are told together. */
export function countText(terms: readonly CountTerm[]): string {
  const own = terms.filter(({ row }) => row === 0).map(({ value }) => showCount(value));
  const held = terms.filter(({ row }) => row !== 0);
  const values = [...new Set(held.map(({ value }) => value))].sort((a, b) => b - a);
  const holds = values.map(value => {
    const alike = held.filter(term => term.value === value);
    const word = alike.every(({ text }) => text.includes('pin')) ? 'pin' : 'hold';
    return `${showCount(value)} × ${showCount(alike.length)} ${word}${alike.length === 1 ? '' : 's'}`;
  });
  return [...own, ...holds].join(' + ');
}

/** What the summands leave unexplained; 0 where the books are right. */
export const missing = (count: number, terms: readonly CountTerm[]): number => count - sumOf(terms);
