import { TraceCursor } from '@shared/trace/cursor';
import { parseSelection } from '@shared/trace/selection';
import { why } from '@shared/trace/why';
import { CliFailure } from './cli-failure';
import type { FinishedRun } from './run-lab';

/** The chain behind what a selector names, at the end of the run. */
export function whyText({ trace, description }: FinishedRun, selector: string): readonly string[] {
  const view = new TraceCursor(trace);
  view.seek(trace.steps);
  const selection = parseSelection(selector, description, view);
  if (!selection.ok) {
    // A hole is a fact about the end of this run, not a mistake in the question.
    const [, file, index] = /^page:([^:]+):(\d+)$/.exec(selector) ?? [];
    if (index === undefined || !description.files.some(({ name }) => name === file)) throw new CliFailure('usage', `--why: ${selection.refusal}.`);
    return ['', `${selection.refusal}.`];
  }
  const answer = why(trace, view, description, selection.value);
  return [
    '', answer.question,
    ...answer.links.map((link, at) => `  ${at + 1}. ${link.text}`),
    ...(answer.counts.length === 0 ? [] : [`  refcount: ${answer.counts.map(({ text, value }) => `${value} ${text}`).join(' + ')}`]),
    ...(answer.source === '' ? [] : [`  source: ${answer.source}`]),
  ];
}
