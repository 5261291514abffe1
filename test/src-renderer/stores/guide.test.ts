import { createPinia, setActivePinia } from 'pinia';
import { nextTick } from 'vue';
import { beforeEach, expect, test } from 'vitest';
import type { GuideStep, Lab } from '@shared/lab/lab';
import { actors } from '@shared/state/tables';
import type { RunDescription, RunSummary } from '@shared/trace/run-description';
import { useGuide } from '../../../src-renderer/stores/guide';
import { useLabDocument } from '../../../src-renderer/stores/lab-document';
import { useRun } from '../../../src-renderer/stores/run';
import { useSelection } from '../../../src-renderer/stores/selection';
import { FakeBridge, windowWith } from '../../support/fake-bridge';
import { traceFromSteps } from '../../support/trace-from-steps';

const step = (policy: string, look: string): GuideStep => ({ title: '', policy, text: '', question: '', answers: ['a', 'b'], correct: 1, explanation: '', source: '', look });
const LAB: Lab = {
  version: 1, title: 'Test', topology: { nodes: {}, links: [] }, actors: {}, policy: 'linux-6.1',
  guide: { intro: '', steps: [step('linux-4.14', 'task:admin'), step('linux-4.20', 'task:nobody')] },
};
const description = { actors: [{ name: 'app' }, { name: 'admin' }], operations: [] } as unknown as RunDescription;
const summary = { steps: 3, endNs: 30, violations: [{ step: 1, class: 'safety' }], notices: [] } as unknown as RunSummary;

let bridge: FakeBridge;

beforeEach(async () => {
  setActivePinia(createPinia());
  let runs = 0;
  bridge = new FakeBridge({
    'lab.openBundled': () => ({ kind: 'opened', opened: { path: null, name: 'test.lab.yaml', text: '', lab: LAB } }),
    'app.setDirty': () => null,
    'run.start': () => {
      const run = ++runs;
      const { trace } = traceFromSteps(() => actors.$.row(0), () => [10, 20, 30].map(at => ({ at, actor: 0, step: 1 })));
      for (const chunk of trace.chunks) bridge.send({ kind: 'chunk', run, chunk });
      return { kind: 'finished', run, description, summary };
    },
  });
  windowWith(bridge);
  const guide = useGuide();
  await useLabDocument().openBundled('test');
  guide.go(0);
});

const policiesAsked = (): readonly unknown[] => bridge.asked.filter(({ name }) => name === 'run.start').map(({ request }) => (request as { policy: unknown }).policy);

test('a step runs under its own policy, and shows the place it is about once the run is told', async () => {
  const guide = useGuide();
  guide.choose(0);
  await guide.watchRun();
  await nextTick();
  expect([policiesAsked(), guide.current.phase]).toEqual([['linux-4.14'], 'watch']);
  guide.reveal();
  expect([guide.current, useRun().position, useSelection().selection]).toEqual([{ phase: 'reveal', answer: 0 }, 2, { kind: 'actor', nth: 1 }]);
});

test('a run without a prediction tells nothing', async () => {
  const guide = useGuide();
  await useRun().start();
  await nextTick();
  expect([policiesAsked(), guide.current.phase]).toEqual([['linux-4.14'], 'predict']);
});

test('what cannot be looked at says why', async () => {
  const guide = useGuide();
  guide.go(1);
  guide.choose(1);
  await guide.watchRun();
  await nextTick();
  guide.reveal();
  expect(guide.lookRefusal).toMatch(/no actor "nobody"/);
});

test('each step keeps its answer, and the introduction gives the lab its own policy back', () => {
  const guide = useGuide();
  guide.choose(1);
  guide.go(1);
  expect([guide.current.answer, useLabDocument().policy]).toEqual([null, 'linux-4.20']);
  guide.go(0);
  expect(guide.current.answer).toBe(1);
  guide.go(-1);
  expect(useLabDocument().policy).toBe('linux-6.1');
});
