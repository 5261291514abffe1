import { useHistory } from '../stores/history';
import { useLabDocument } from '../stores/lab-document';
import { useRun } from '../stores/run';
import { useSelection } from '../stores/selection';
import { useSession } from '../stores/session';
import type { Command, CommandGroup } from './commands';
import { showMode } from './mode';
import { overlays } from './overlays';

type Title = string | (() => string);

const always = (): boolean => true;

const command = (group: CommandGroup, id: string, title: Title, keys: readonly string[], run: () => unknown, enabled: () => boolean = always): Command =>
  ({ group, id, title: typeof title === 'string' ? () => title : title, keys, run, enabled });

/** The commands of the window itself; rooms offer their own. */
export const appCommands = (): readonly Command[] => [...runCommands(), ...cursorCommands(), ...labCommands(), ...editCommands(), ...windowCommands()];

function runCommands(): readonly Command[] {
  const run = useRun();
  const document = useLabDocument();
  return [
    command('Run', 'run.toggle', () => (run.playing ? 'Pause' : 'Run'), ['Space'], runOrPause, () => document.lab !== null),
    command('Run', 'run.again', 'Run from the start', ['Ctrl+Enter'], () => attempt('The run failed', runFromStart), () => document.lab !== null),
  ];
}

/** Space: pauses, goes on, or makes the run that the document now asks for. */
function runOrPause(): void {
  const run = useRun();
  if (run.playing) run.pause();
  else if (run.trace === null || run.stale) attempt('The run failed', runFromStart);
  else run.play();
}

async function runFromStart(): Promise<void> {
  const run = useRun();
  if (await run.start()) run.play();
}

/** Runs a command that may fail and says so where it does. */
export function attempt(what: string, work: () => Promise<unknown>): void {
  work().catch((error: unknown) => { useSession().fail(what, error); });
}

function cursorCommands(): readonly Command[] {
  const run = useRun();
  const hasRun = (): boolean => run.trace !== null;
  const follow = (direction: 1 | -1) => (): void => {
    const actor = selectedActor();
    if (actor === null) run.stepBy(direction);
    else run.stepActor(actor, direction);
  };
  const jump = (to: () => number) => (): void => {
    run.pause();
    run.seek(to());
  };
  return [
    command('Cursor', 'cursor.start', 'To the start', ['Home'], jump(() => 0), hasRun),
    command('Cursor', 'cursor.back', 'Step back', ['ArrowLeft'], () => run.stepBy(-1), hasRun),
    command('Cursor', 'cursor.forward', 'Step', ['ArrowRight'], () => run.stepBy(1), hasRun),
    command('Cursor', 'cursor.end', 'To the end', ['End'], jump(() => run.steps), hasRun),
    command('Cursor', 'cursor.actor-back', 'Previous step of the selected actor', ['Shift+ArrowLeft'], follow(-1), hasRun),
    command('Cursor', 'cursor.actor-forward', 'Next step of the selected actor', ['Shift+ArrowRight'], follow(1), hasRun),
    command('Cursor', 'cursor.violation', 'To the first violation', ['V'], jump(() => run.verdictPosition), () => run.firstViolationStep !== null),
  ];
}

/** Number of the actor that Shift+arrow follows; null if nothing with an actor is selected. */
function selectedActor(): number | null {
  const run = useRun();
  const { selection } = useSelection();
  if (selection.kind === 'actor') return selection.nth;
  if (selection.kind === 'operation') return run.description?.operations[selection.nth]?.actor ?? null;
  if (selection.kind === 'step') return run.trace?.stepAt(selection.index).actor ?? null;
  return null;
}

function labCommands(): readonly Command[] {
  const document = useLabDocument();
  const session = useSession();
  const isOpen = (): boolean => document.lab !== null;
  const save = (asNew: boolean) => (): void => attempt('Saving failed', () => document.save(asNew));
  return [
    command('Lab', 'new', 'New blank lab', ['Ctrl+N'], () => afterUnsaved(() => leaveStart(document.create))),
    command('Lab', 'open', 'Open lab…', ['Ctrl+O'], () => afterUnsaved(() => open(() => document.openFile(null)))),
    command('Lab', 'import', 'Import hwloc XML…', [], () => afterUnsaved(() => open(document.importMachine))),
    command('Lab', 'labs', 'Guided labs and examples…', ['Ctrl+L'], () => { overlays.start = true; }, isOpen),
    command('Lab', 'save', 'Save', ['Ctrl+S'], save(false), isOpen),
    command('Lab', 'save-as', 'Save as…', ['Ctrl+Shift+S'], save(true), isOpen),
    command('Lab', 'export-report', 'Export report…', ['Ctrl+E'], () => attempt('The report was not written', async () => {
      const path = await document.exportReport();
      if (path !== null) session.say('done', 'Report written', path);
    }), isOpen),
  ];
}

function leaveStart(work: () => void): void {
  work();
  overlays.start = false;
}

/** Opens something; the start screen goes away only if that worked. */
function open(from: () => Promise<boolean>): void {
  attempt('Opening failed', async () => {
    if (await from()) overlays.start = false;
  });
}

/** Opens the lab that was made of an observation. */
export const openObserved = (path: string, id: string): void => afterUnsaved(() => open(async () => {
  const isOpen = await useLabDocument().openObserved(path, id);
  if (isOpen) overlays.conform = false;
  return isOpen;
}));

export const openBundled = (id: string): void => afterUnsaved(() => open(() => useLabDocument().openBundled(id)));

/** Does `work` now, or once the person has said what to do with unsaved changes. */
function afterUnsaved(work: () => void): void {
  if (useLabDocument().dirty) overlays.afterUnsaved = work;
  else work();
}

function editCommands(): readonly Command[] {
  const document = useLabDocument();
  const history = useHistory();
  const named = (verb: string, label: string | null): string => (label === null ? verb : `${verb} ${label}`);
  return [
    command('Edit', 'undo', () => named('Undo', history.undoLabel), ['Ctrl+Z'], document.undo, () => history.undoLabel !== null),
    command('Edit', 'redo', () => named('Redo', history.redoLabel), ['Ctrl+Y', 'Ctrl+Shift+Z'], document.redo, () => history.redoLabel !== null),
  ];
}

function windowCommands(): readonly Command[] {
  const session = useSession();
  const document = useLabDocument();
  const hasLab = (): boolean => document.lab !== null;
  return [
    command('Window', 'mode.run', 'Show the run', ['Ctrl+1'], () => { showMode('run'); }, hasLab),
    command('Window', 'mode.compare', 'Compare policies', ['Ctrl+2'], () => { showMode('compare'); }, hasLab),
    command('Window', 'conform', 'Compare with real kernels…', ['Ctrl+3'], () => { overlays.conform = true; }),
    command('Window', 'palette', 'Search or run…', ['Ctrl+K'], () => { overlays.palette = true; }),
    command('Window', 'shortcuts', 'Keyboard shortcuts', ['?', 'F1'], () => { overlays.help = true; }),
    command('Window', 'theme', () => (session.theme === 'dark' ? 'Light theme' : 'Dark theme'), ['Ctrl+Shift+L'],
      () => session.chooseTheme(session.theme === 'dark' ? 'light' : 'dark')),
    command('Window', 'theme-system', 'Theme like the system', [], () => session.chooseTheme('system')),
    command('Window', 'theme-light', 'Theme: light', [], () => session.chooseTheme('light')),
    command('Window', 'theme-dark', 'Theme: dark', [], () => session.chooseTheme('dark')),
  ];
}
