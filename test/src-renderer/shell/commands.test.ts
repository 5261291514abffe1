import { effectScope } from 'vue';
import { expect, test, vi } from 'vitest';
import { allCommands, commandForKey, keyOf, provideCommands, runCommand, showKey, tooltipOf, type Command } from '../../../src-renderer/shell/commands';

const press = (key: string, held: Partial<KeyboardEvent> = {}): KeyboardEvent => ({ key, ctrlKey: false, metaKey: false, shiftKey: false, altKey: false, ...held }) as KeyboardEvent;

test.each([
  [press(' '), 'Space'], [press('l'), 'L'], [press('L', { shiftKey: true }), 'Shift+L'], [press('k', { ctrlKey: true }), 'Ctrl+K'], [press('k', { metaKey: true }), 'Ctrl+K'],
  [press('?', { shiftKey: true }), '?'], [press('ArrowLeft', { shiftKey: true }), 'Shift+ArrowLeft'], [press('1', { altKey: true }), 'Alt+1'], [press('Z', { ctrlKey: true, shiftKey: true }), 'Ctrl+Shift+Z'],
])('%# a key press has the name that commands use', (event, name) => {
  expect(keyOf(event)).toBe(name);
});

const command = (id: string, keys: readonly string[], enabled: boolean, run: () => void): Command => ({ id, group: 'Run', title: () => `Do ${id}`, keys, enabled: () => enabled, run });

test('commands live as long as the scope that offers them; disabled ones do nothing', () => {
  const scope = effectScope();
  const [run, never] = [vi.fn(), vi.fn()];
  scope.run(() => { provideCommands([command('one', ['Shift+ArrowLeft'], true, run), command('two', [], false, never)]); });
  runCommand('one');
  runCommand('two');
  expect([run.mock.calls.length, never.mock.calls.length]).toEqual([1, 0]);
  expect(tooltipOf('one')).toBe('Do one (Shift+←)');
  expect(commandForKey(press('ArrowLeft', { shiftKey: true }))?.id).toBe('one');
  scope.stop();
  expect(allCommands.value).toEqual([]);
});

test('keys are shown as they stand on a keyboard', () => {
  expect(['Ctrl+Shift+S', 'Delete', 'Shift+ArrowRight'].map(showKey)).toEqual(['Ctrl+Shift+S', 'Del', 'Shift+→']);
});
