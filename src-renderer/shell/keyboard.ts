import { onScopeDispose } from 'vue';
import { commandForKey } from './commands';

/** Controls that use plain keys themselves: a letter typed there is no command. */
const TYPED_INTO = 'input:not([type=radio], [type=checkbox]), textarea, select, [contenteditable]';
const MOVES_WITHIN = '[role=listbox], [role=menu], [role=tablist], [role=radiogroup], [role=grid], [role=tree], [role=slider], [role=separator]';
const PRESSED = 'button, a[href], summary, [role=button], [role=tab], [role=option]';

/** The focus got where it is by Tab, not by a click. A browser's own :focus-visible also holds after a click and a key. */
let isWalking = false;

/** Gives key presses that nobody else wanted to their commands. */
export function useKeyboard(): void {
  const stop = new AbortController();
  window.addEventListener('keydown', onKeyDown, { signal: stop.signal });
  window.addEventListener('pointerdown', () => { isWalking = false; }, { signal: stop.signal, capture: true });
  onScopeDispose(() => { stop.abort(); });
}

function onKeyDown(event: KeyboardEvent): void {
  if (event.key === 'Tab') isWalking = true;
  if ((event.defaultPrevented && !isChord(event)) || belongsToControl(event)) return;
  const command = commandForKey(event);
  if (command === undefined) return;
  event.preventDefault();
  if (command.enabled()) command.run();
}

/** A radio button takes every Enter for its own; a chord is never meant for a control outside of a dialog. */
const isChord = ({ ctrlKey, metaKey, key }: KeyboardEvent): boolean => (ctrlKey || metaKey) && key === 'Enter';

function belongsToControl(event: KeyboardEvent): boolean {
  const { target } = event;
  if (!(target instanceof Element)) return false;
  if (target.closest('[role=dialog], [role=alertdialog]') !== null) return true;
  if (event.ctrlKey || event.metaKey) return target.closest(TYPED_INTO) !== null && /^[acvxyz]$/i.test(event.key);
  if (target.closest(TYPED_INTO) !== null) return true;
  // Space runs the lab also after a click on some button; who came by Tab presses the button that has the ring.
  if ((event.key === ' ' || event.key === 'Enter') && target.closest(PRESSED) !== null && isWalking) return true;
  return /^(Arrow|Home|End|Page)/.test(event.key) && target.closest(MOVES_WITHIN) !== null;
}
