import { createPinia, setActivePinia } from 'pinia';
import { beforeEach, expect, test } from 'vitest';
import type { Lab } from '@shared/lab/lab';
import { useHistory } from '../../../src-renderer/stores/history';
import { useLabDocument } from '../../../src-renderer/stores/lab-document';
import { CommandFailed } from '../../../src-renderer/bridge/bridge';
import { FakeBridge, windowWith } from '../../support/fake-bridge';

const LAB: Lab = { version: 1, title: 'Test', topology: { nodes: { nic0: { kind: 'rdma-nic' } }, links: [] }, actors: {}, seed: 1 };
const DIAGNOSTIC = { severity: 'error' as const, message: 'no such kind', file: 'bad.lab.yaml', line: 3, column: 5 };

function bridge(): FakeBridge {
  const fake = new FakeBridge({
    'lab.openBundled': ({ id }) => (id === 'bad' ? { kind: 'refused', diagnostics: [DIAGNOSTIC] } : { kind: 'opened', opened: { path: '/labs/good.lab.yaml', name: 'good.lab.yaml', text: '# text', lab: LAB } }),
    'lab.save': ({ path, text }) => ({ kind: 'saved', path: path ?? '/labs/new.lab.yaml', text: `${text}\n# saved` }),
    'app.setDirty': () => null,
  });
  windowWith(fake);
  return fake;
}

beforeEach(() => { setActivePinia(createPinia()); });

test('undo and redo bring back each state, with the name of the gesture', async () => {
  bridge();
  const document = useLabDocument();
  await document.openBundled('good');
  document.setSeed(2);
  document.apply(document.edits().set(['topology', 'nodes', 'nic0'], undefined).diff(), 'delete nic0');
  const history = useHistory();
  expect([history.undoLabel, document.lab?.topology.nodes['nic0']]).toEqual(['delete nic0', undefined]);
  document.undo();
  expect([history.undoLabel, history.redoLabel, document.lab?.topology.nodes['nic0']?.kind]).toEqual(['change seed', 'delete nic0', 'rdma-nic']);
  document.undo();
  expect(document.lab).toEqual(LAB);
  document.redo();
  expect(document.seed).toBe(2);
});

test('a new gesture forgets what was undone', async () => {
  bridge();
  const document = useLabDocument();
  await document.openBundled('good');
  document.setSeed(2);
  document.undo();
  document.setSeed(3);
  document.redo();
  expect(document.seed).toBe(3);
});

test('the document is dirty exactly while it differs from what was saved', async () => {
  bridge();
  const document = useLabDocument();
  await document.openBundled('good');
  const seen = [document.dirty];
  document.setSeed(2);
  seen.push(document.dirty);
  await document.save(false);
  seen.push(document.dirty);
  document.undo();
  seen.push(document.dirty);
  document.redo();
  seen.push(document.dirty);
  expect(seen).toEqual([false, true, false, true, false]);
});

test('saving sends the text it came from, so that comments survive, and keeps the text that was written', async () => {
  const fake = bridge();
  const document = useLabDocument();
  await document.openBundled('good');
  await document.save(true);
  expect(fake.asked.find(({ name }) => name === 'lab.save')?.request).toMatchObject({ path: null, text: '# text' });
  expect([document.path, document.name, document.text]).toEqual(['/labs/new.lab.yaml', 'new.lab.yaml', '# text\n# saved']);
});

test('a refused file says what is wrong and changes nothing else', async () => {
  bridge();
  const document = useLabDocument();
  await document.openBundled('good');
  document.setSeed(2);
  expect(await document.openBundled('bad')).toBe(false);
  expect(document.refusals).toEqual([DIAGNOSTIC]);
  expect([document.name, document.seed, document.dirty]).toEqual(['good.lab.yaml', 2, true]);
});

test('a fault of main becomes an error that says what failed', async () => {
  bridge();
  const document = useLabDocument();
  await document.openBundled('good');
  const failed = await document.exportReport().catch((error: unknown) => error);
  expect(failed).toBeInstanceOf(CommandFailed);
  expect((failed as CommandFailed).command).toBe('report.export');
});

test('the policy of a guided step is used by the run and is no edit', async () => {
  bridge();
  const document = useLabDocument();
  await document.openBundled('good');
  document.overridePolicy('linux-4.15,truncate-vs-dma=none');
  expect([document.policy, document.runRequest().policy, document.dirty]).toEqual(['linux-4.15,truncate-vs-dma=none', 'linux-4.15,truncate-vs-dma=none', false]);
  document.setPolicy('linux-6.1');
  expect([document.policy, document.runRequest().policy, document.dirty]).toEqual(['linux-6.1', null, true]);
});

test('an imported machine is not saved anywhere yet', async () => {
  windowWith(new FakeBridge({
    'lab.import': () => ({ kind: 'opened', opened: { path: null, name: 'machine.lab.yaml', text: '', lab: LAB } }),
    'app.setDirty': () => null,
  }));
  const document = useLabDocument();
  await document.importMachine();
  expect(document.dirty).toBe(true);
});
