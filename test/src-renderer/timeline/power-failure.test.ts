import { expect, test } from 'vitest';
import { LaneSegments } from '../../../src-renderer/timeline/lane-segments';
import { eventText } from '../../../src-shared/trace/event-text';
import { TraceCursor } from '../../../src-shared/trace/cursor';
import { why } from '../../../src-shared/trace/why';
import { runSmall } from '../../support/small-lab';

const { trace, description: run } = runSmall({
  files: { F: 1 },
  actors: {
    A: [['mmap', { name: 'm', file: 'F' }], ['store', { mapping: 'm' }], ['vmsplice', { mapping: 'm', pages: '0+1', pipe: 'p' }], ['wait', { for: '1 ms' }], ['load', { mapping: 'm' }]],
    T: [['await-done', { actor: 'A', op: 3 }], ['ftruncate', { file: 'F', size: 0 }]],
    P: [['power-failure', { at: '50 us' }]],
    R: [['await-boot'], ['pread', { file: 'F' }]],
  },
});
const nth = (name: string): number => run.operations.findIndex(operation => operation.name === name);
const actor = (name: string): number => run.actors.findIndex(candidate => candidate.name === name);
const at = (position: number): TraceCursor => {
  const cursor = new TraceCursor(trace);
  cursor.seek(position);
  return cursor;
};
const failedAt = [...trace.events()].find(({ kind }) => kind === 'power-failed')!.step;

test('the lanes of whoever the power took end where it failed', () => {
  const segments = new LaneSegments(trace, run);
  segments.advance(Infinity);
  const ends = (name: string): number => Math.max(...segments.activityOf(actor(name)).segments.map(({ toNs }) => toNs));
  expect([ends('A'), ends('T')]).toEqual([50_000, 50_000]);
  expect(segments.activityOf(actor('T')).segments.at(-1)).toMatchObject({ kind: 'blocked', operation: nth('T.2'), toStep: failedAt + 1 });
  expect(ends('R')).toBeGreaterThan(50_000);
});

test('the events say what went and what came back', () => {
  const said = [...trace.events()].filter(({ step }) => step >= failedAt).map(event => eventText(event, { run, state: at(event.step + 1), actor: trace.stepAt(event.step).actor }));
  expect(said.slice(0, 7)).toEqual([
    'the power fails: processes, page tables, page cache, pins and queues are gone',
    'A.4 wait 1 ms is lost with the power',
    'T.2 ftruncate F to 0 B is lost with the power',
    'stores to 1 page of pmem0 were in CPU caches alone: lost',
    'F is 1 page long by the log, with blocks behind 1 of them',
    'the log of pmem0 is replayed',
    'the machine has booted again',
  ]);
});

test('why an operation was lost, or never began, leads to who cut the power', () => {
  const answer = (name: string): readonly string[] => {
    const { question, links } = why(trace, at(trace.steps), run, { kind: 'operation', nth: nth(name) });
    return [question, ...links.map(({ text }) => text)];
  };
  expect(answer('T.2')).toEqual([
    'Why was ftruncate F to 0 B lost?', 'P cut the power: P.1', 'at 50 µs, the power fails: processes, page tables, page cache, pins and queues are gone', 'so T.2: ftruncate F to 0 B never returned',
  ]);
  expect(answer('A.5')).toEqual([
    'Why did load m pages 0+1 never begin?', 'P cut the power: P.1', 'at 50 µs, the power fails: processes, page tables, page cache, pins and queues are gone', 'so A.5: load m pages 0+1 was skipped',
  ]);
});

test('who awaits the boot waits for who cuts the power', () => {
  const { question, links } = why(trace, at(failedAt), run, { kind: 'actor', nth: actor('R') });
  expect([question, links[0]?.text]).toEqual(['What does R wait for?', 'await the boot by R waits at BO1 for the machine to boot after a power failure']);
  expect(links.some(({ text }) => text.includes('P has not cut the power and booted it again'))).toBe(true);
});
