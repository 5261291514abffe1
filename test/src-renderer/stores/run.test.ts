import { createPinia, setActivePinia } from 'pinia';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import type { Lab } from '@shared/lab/lab';
import { actors, operations } from '@shared/state/tables';
import type { TraceChunk } from '@shared/trace/chunk';
import type { RunDescription, RunSummary, RunViolation } from '@shared/trace/run-description';
import { useLabDocument } from '../../../src-renderer/stores/lab-document';
import { useRun } from '../../../src-renderer/stores/run';
import { FakeBridge, windowWith, type Frames } from '../../support/fake-bridge';
import { traceFromSteps } from '../../support/trace-from-steps';

const LAB: Lab = { version: 1, title: 'Test', topology: { nodes: {}, links: [] }, actors: {}, policy: 'linux-6.1', seed: 7 };
const TIMES = [100, 200, 300, 5_000_000, 5_000_100, 5_000_200];

/** Six steps of two actors in turn, in two chunks; step k sets the state of the one operation to k mod 3. */
function chunks(): readonly TraceChunk[] {
  const { trace } = traceFromSteps(
    () => ({ actor: actors.$.row(0), operation: operations.$.row(0) }),
    ({ operation }) => TIMES.map((at, nth) => ({ at, actor: nth % 2, step: 1, change: () => { operations.rounds.set(operation, nth + 1); } })),
  );
  return trace.chunks;
}

const violation = (step: number, kind: RunViolation['class']): RunViolation => ({ id: 'S1', class: kind, sentence: '', step, timeNs: 0, chain: [], assumed: false });
const summary = (violations: readonly RunViolation[]): RunSummary => ({
  lab: '', policy: '', seed: 7, schedule: null, digest: 'aa', end: 'finished', steps: TIMES.length, endNs: 6_000_000, operations: [], violations, notices: [violation(0, 'notice')], leftBehind: [], expectations: [], cost: { waits: 0, zeroedPages: 0, bouncedPages: 0 },
});
const description = { actors: [], operations: [] } as unknown as RunDescription;

let frames: Frames;

/** A bridge whose runs end with these violations; `late` chunks arrive after the reply. */
function bridgeWith(violations: readonly RunViolation[], late: boolean): FakeBridge {
  let runs = 0;
  const bridge: FakeBridge = new FakeBridge({
    'lab.openBundled': () => ({ kind: 'opened', opened: { path: null, name: 'test.lab.yaml', text: '# its text', lab: LAB } }),
    'app.setDirty': () => null,
    'run.start': () => {
      const run = ++runs;
      const send = (): void => { for (const chunk of chunks()) bridge.send({ kind: 'chunk', run, chunk }); };
      if (late) setTimeout(send, 5);
      else send();
      return { kind: 'finished', run, description, summary: summary(violations) };
    },
  });
  frames = windowWith(bridge);
  return bridge;
}

async function opened(_bridge: FakeBridge): Promise<ReturnType<typeof useRun>> {
  const run = useRun();
  await useLabDocument().openBundled('test');
  return run;
}

beforeEach(() => {
  setActivePinia(createPinia());
  vi.spyOn(performance, 'now').mockReturnValue(0);
});
afterEach(() => { vi.restoreAllMocks(); });

test.each([['before', false], ['after', true]])('a run whose chunks arrive %s the reply is complete', async (_, late) => {
  const run = await opened(bridgeWith([], late));
  expect(await run.start()).toBe(true);
  expect(run.steps).toBe(TIMES.length);
  expect(run.status).toBe('ready');
  expect(run.position).toBe(0);
});

test('the request carries the document and its own policy and seed', async () => {
  const bridge = bridgeWith([], false);
  const run = await opened(bridge);
  await run.start();
  expect(bridge.asked.find(({ name }) => name === 'run.start')?.request).toMatchObject({ lab: { seed: 7, policy: 'linux-6.1' }, name: 'test.lab.yaml', text: '# its text', policy: null });
});

test('seeking moves the state and the clock, forwards and backwards, and stays inside the run', async () => {
  const run = await opened(bridgeWith([], false));
  await run.start();
  const rounds = (): number => operations.rounds.in(run.view!.state, operations.$.rows(run.view!.state)[0]!);
  const seen = [4, 2, 6, 0].map(to => {
    run.seek(to);
    return [rounds(), run.nowNs];
  });
  expect(seen).toEqual([[4, 5_000_000], [2, 200], [6, 6_000_000], [0, 0]]);
  run.seek(99);
  expect(run.position).toBe(6);
  run.stepBy(-99);
  expect(run.position).toBe(0);
});

test('an actor is followed from one of its steps to the next', async () => {
  const run = await opened(bridgeWith([], false));
  await run.start();
  run.stepActor(1, 1);
  expect(run.position).toBe(2);
  run.stepActor(1, 1);
  expect(run.position).toBe(4);
  run.stepActor(1, -1);
  expect(run.position).toBe(2);
});

test('notices do not count as violations; of violations the first decides', async () => {
  const holds = await opened(bridgeWith([], false));
  await holds.start();
  expect(holds.firstViolationStep).toBeNull();
  setActivePinia(createPinia());
  const broken = await opened(bridgeWith([violation(4, 'liveness'), violation(2, 'safety')], false));
  await broken.start();
  expect(broken.firstViolationStep).toBe(2);
  expect(broken.verdictPosition).toBe(3);
});

test('playing pauses once at the first violation, cuts idle time short, and ends at the end', async () => {
  const run = await opened(bridgeWith([violation(1, 'safety')], false));
  await run.start();
  run.speed = 1000;
  run.play();
  frames.show(250);
  expect([run.position, run.playing]).toEqual([2, false]);
  run.play();
  let nowMs = 250;
  // Five idle milliseconds would take 5 000 s at this speed.
  for (let frame = 0; frame < 100 && run.playing; frame++) frames.show(nowMs += 50);
  expect([run.position, run.playing]).toEqual([6, false]);
  expect(nowMs).toBeLessThan(5000);
});

test('an edit makes the run stale, moving a node does not, another document clears it', async () => {
  const run = await opened(bridgeWith([], false));
  await run.start();
  const document = useLabDocument();
  document.apply(document.edits().set(['layout', 'nic0'], { x: 8, y: 8 }).diff(), 'move nic0');
  expect(run.stale).toBe(false);
  document.setSeed(8);
  expect(run.stale).toBe(true);
  await document.openBundled('test');
  expect([run.trace, run.status, run.stale]).toEqual([null, 'empty', false]);
});
