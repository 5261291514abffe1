import { InvalidArgumentError } from 'commander';

/** Reads an option that is a whole number from zero up. */
export function naturalNumber(text: string): number {
  const number = Number(text);
  if (!/^\d+$/.test(text) || !Number.isSafeInteger(number)) throw new InvalidArgumentError('Expected a whole number from zero up.');
  return number;
}
