import { nextTick } from 'vue';
import { parseSelection } from '@shared/trace/selection';
import { useGuide } from '../stores/guide';
import { useRun } from '../stores/run';
import { useSelection } from '../stores/selection';
import { useSession } from '../stores/session';

/** A compositor has only a few frames under way: once it has asked for this many more, the first of them is on the screen. */
const FRAMES = 10;

/** Runs the open lab, in a guided one its first step; goes to the first violation or the end, asks why, and tells main once that is on the screen. */
export async function photographLab(): Promise<void> {
  const run = useRun();
  const guide = useGuide();
  // A guide starts anew for the document that has just been opened.
  await nextTick();
  guide.go(0);
  if (await run.start()) {
    run.seek(run.verdictPosition);
    if (guide.step === null) select();
    else guide.reveal();
  }
  await nextTick();
  await document.fonts.ready;
  for (let frame = 0; frame < FRAMES; frame++) await new Promise(resolve => { requestAnimationFrame(resolve); });
  await useSession().readyForScreenshot();
}

/** The page the lab watches, else an operation that hangs, else the step that broke something. */
function select(): void {
  const run = useRun();
  const { description, view, summary } = run;
  if (description === null || view === null) return;
  const watched = description.watch[0];
  const blocked = summary?.operations.findIndex(({ blockedOn }) => blockedOn !== null) ?? -1;
  const found = watched === undefined ? null : parseSelection(`page:${watched}`, description, view.state);
  if (found?.ok === true) useSelection().select(found.value);
  else if (blocked >= 0) useSelection().select({ kind: 'operation', nth: blocked });
  else if (run.firstViolationStep !== null && run.firstViolationStep < run.steps) useSelection().select({ kind: 'step', index: run.firstViolationStep });
}
