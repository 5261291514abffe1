import type { Expectation } from '@shared/lab/lab';

/** An expectation in the lab's own words, before any run has judged it: "op admin.1, result 0, when linux-6.1". */
export function expectationText(expectation: Expectation): string {
  return Object.entries(expectation).map(([name, value]) => `${name} ${Array.isArray(value) ? value.join(' + ') : String(value)}`).join(', ');
}
