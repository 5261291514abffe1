import { computed, onScopeDispose, shallowReactive } from 'vue';

export type CommandGroup = 'Run' | 'Cursor' | 'Lab' | 'Edit' | 'Topology' | 'Window';

/** Something a person can do. Buttons, tooltips, keys, palette and help all come from here. */
export interface Command {
  readonly id: string;
  readonly group: CommandGroup;
  readonly title: () => string;
  /** "Ctrl+K", "Space", "Shift+ArrowLeft"; the first is shown. */
  readonly keys: readonly string[];
  readonly enabled: () => boolean;
  readonly run: () => unknown;
}

const provided = shallowReactive(new Map<string, Command>());

/** Offers commands for as long as the calling scope lives. */
export function provideCommands(commands: readonly Command[]): void {
  for (const command of commands) provided.set(command.id, command);
  onScopeDispose(() => { for (const command of commands) provided.delete(command.id); });
}

export const allCommands = computed<readonly Command[]>(() => [...provided.values()]);

export const commandWithId = (id: string): Command | undefined => provided.get(id);

/** Does it if it is there and can be done now. */
export function runCommand(id: string): void {
  const command = provided.get(id);
  if (command?.enabled() === true) command.run();
}

/** "Step back (←)" for tooltips. */
export function tooltipOf(id: string): string {
  const command = provided.get(id);
  if (command === undefined) return '';
  const [key] = command.keys;
  return key === undefined ? command.title() : `${command.title()} (${showKey(key)})`;
}

export function commandForKey(event: KeyboardEvent): Command | undefined {
  const pressed = keyOf(event);
  return allCommands.value.find(command => command.keys.includes(pressed));
}

/** The name of a key press as commands spell it. */
export function keyOf({ key, ctrlKey, metaKey, shiftKey, altKey }: KeyboardEvent): string {
  const name = key === ' ' ? 'Space' : key.length === 1 ? key.toUpperCase() : key;
  // "?" is Shift+/ on some keyboards and not on others: a printed character names itself.
  const isSign = key.length === 1 && !/[a-z0-9]/i.test(key) && key !== ' ';
  return [ctrlKey || metaKey ? 'Ctrl' : '', altKey ? 'Alt' : '', shiftKey && !isSign ? 'Shift' : '', name].filter(part => part !== '').join('+');
}

const KEY_SIGNS: Readonly<Record<string, string>> = { ArrowLeft: '←', ArrowRight: '→', ArrowUp: '↑', ArrowDown: '↓', Delete: 'Del', Escape: 'Esc' };

/** "Shift+←" for "Shift+ArrowLeft". */
export const showKey = (key: string): string => key.split('+').map(part => KEY_SIGNS[part] ?? part).join('+');
