/** A fact that only a defect of PinLab itself can make false. */
export class AssertionFailed extends Error {
  override readonly name = 'AssertionFailed';
}

/** Throws {@link AssertionFailed} with `fact` and the values that contradict it. */
export function assert(condition: boolean, fact: string, values: Readonly<Record<string, unknown>> = {}): asserts condition {
  if (condition) return;
  const shown = Object.entries(values).map(([name, value]) => `${name} = ${String(value)}`);
  throw new AssertionFailed(shown.length === 0 ? fact : `${fact} (${shown.join(', ')})`);
}

/** The end of an exhaustive switch: the compiler proves that it is never reached. */
export function unreachable(value: never): never {
  throw new AssertionFailed(`unexpected value ${String(value)}`);
}
