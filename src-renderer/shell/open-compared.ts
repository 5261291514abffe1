import { parseSelection } from '@shared/trace/selection';
import { useLabDocument } from '../stores/lab-document';
import { useRun } from '../stores/run';
import { useSelection } from '../stores/selection';
import { attempt } from './app-commands';
import { mode } from './mode';

/** Opens the run behind a cell of a comparison, at what went wrong or at its end; `operation` is then selected. */
export function openCompared(policy: string, operation: string | null): void {
  attempt('The run failed', async () => {
    useLabDocument().overridePolicy(policy);
    mode.current = 'run';
    const run = useRun();
    if (!await run.start()) return;
    run.seek(run.verdictPosition);
    if (operation === null || run.description === null || run.view === null) return;
    const found = parseSelection(`op:${operation}`, run.description, run.view.state);
    if (found.ok) useSelection().select(found.value);
  });
}
