import { showNs } from '../units/show';
import { TraceCursor, type Trace } from './cursor';
import type { TraceEvent } from './event';
import { eventText } from './event-text';
import { actorName } from './names';
import type { RunDescription } from './run-description';

/** A trace as text for people and golden files: one line a step, what it said indented below. */
export function readable(trace: Trace, run: RunDescription): string {
  return [...readableLines(trace, run)].map(line => `${line}\n`).join('');
}

/** Lines of {@link readable} for the steps [from, to). */
export function* readableLines(trace: Trace, run: RunDescription, from = 0, to = trace.steps): Generator<string> {
  const cursor = new TraceCursor(trace);
  const names = new Map(run.steps.map(step => [step.id, `${step.mechanism} ${step.name}`]));
  const titles = new Map(run.steps.map(step => [step.id, step.title]));
  const actorWidth = Math.max(0, ...run.actors.map(({ name }) => name.length));
  const stepWidth = Math.max(0, ...[...names.values()].map(name => name.length));
  for (let index = from; index < to; index++) {
    const { timeNs, actor, step } = trace.stepAt(index);
    yield [showNs(timeNs).padStart(10), actorName(run, actor).padEnd(actorWidth), (names.get(step) ?? `step ${step}`).padEnd(stepWidth), titles.get(step) ?? ''].join('  ').trimEnd();
    const said = [...trace.events(index, index + 1)];
    if (said.length > 0) cursor.seek(index + 1);
    for (const event of said) yield `${' '.repeat(12)}${eventLine(event, run, cursor, actor)}`;
  }
}

const eventLine = (event: TraceEvent, run: RunDescription, cursor: TraceCursor, actor: number): string =>
  `· ${eventText(event, { run, state: cursor, actor })}`;
