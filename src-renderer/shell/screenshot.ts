import { nextTick } from 'vue';
import { parseSelection } from '@shared/trace/selection';
import { useLabDocument } from '../stores/lab-document';
import { useRun } from '../stores/run';
import { useSelection } from '../stores/selection';
import { useSession } from '../stores/session';

const FRAMES = 2;

/** Runs the open lab, goes to its first violation or its end, asks why, and tells main once that is on the screen. */
export async function photographLab(): Promise<void> {
  const run = useRun();
  if (await run.start()) {
    run.seek(run.verdictPosition);
    select();
  }
  await nextTick();
  await document.fonts.ready;
  for (let frame = 0; frame < FRAMES; frame++) await new Promise(resolve => { requestAnimationFrame(resolve); });
  await useSession().readyForScreenshot();
}

/** What the guide looks at, else the page the lab watches, else an operation that hangs, else the step that broke something. */
function select(): void {
  const run = useRun();
  const { description, view, summary } = run;
  if (description === null || view === null) return;
  const watched = description.watch[0];
  const blocked = summary?.operations.findIndex(({ blockedOn }) => blockedOn !== null) ?? -1;
  const looks = [...(useLabDocument().lab?.guide?.steps ?? []).flatMap(({ look }) => look ?? []), ...(watched === undefined ? [] : [`page:${watched}`])];
  const found = looks.map(look => parseSelection(look, description, view.state)).find(({ ok }) => ok);
  if (found?.ok === true) useSelection().select(found.value);
  else if (blocked >= 0) useSelection().select({ kind: 'operation', nth: blocked });
  else if (run.firstViolationStep !== null && run.firstViolationStep < run.steps) useSelection().select({ kind: 'step', index: run.firstViolationStep });
}
