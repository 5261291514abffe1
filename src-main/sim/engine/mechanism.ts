import { assert } from '@shared/base/assert';
import type { Frame } from './place';
import type { Mechanism, Next, Step } from './step';

/** The words of a text, as a type: a table without one of its steps does not compile. */
type Words<Text extends string> = string extends Text ? string : Text extends `${infer First} ${infer Rest}` ? First | Words<Rest> : Text;

interface Declaration<Order extends string> {
  readonly name: string;
  /** Kernel file and function, or thread, that the steps follow. */
  readonly source: string;
  readonly frame: Frame<string>;
  /** Step names in order; checked against the table. */
  readonly order: Order;
  readonly steps: Readonly<Record<Words<Order>, Step<Words<Order>>>>;
}

/** Declares a mechanism: a table of named atomic steps that mirrors its numbered list in the spec. */
export function mechanism<const Order extends string>(declaration: Declaration<Order>): Mechanism {
  type Name = Words<Order>;
  const stepNames = Object.keys(declaration.steps) as Name[];
  assert(stepNames.join(' ') === declaration.order, 'steps stand in their stated order', { mechanism: declaration.name, order: declaration.order });
  const go = {} as Record<Name, Next>;
  const steps = stepNames.map(name => bound(declaration.steps[name], go));
  return {
    name: declaration.name,
    source: declaration.source,
    locals: Object.keys(declaration.frame),
    steps,
    stepNames,
    base: 0,
    number(base: number): void {
      this.base = base;
      stepNames.forEach((name, at) => { go[name] = (base + at) as Next; });
    },
  };
}

/** The engine runs steps of any mechanism: their own `go` comes with them. */
function bound<Name extends string>(step: Step<Name>, go: Readonly<Record<Name, Next>>): Step {
  if (step.run === undefined) return { ...step, run: () => undefined };
  return { ...step, run: (_go, choice) => step.run?.(go, choice) };
}
