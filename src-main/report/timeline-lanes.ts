import { nics, workRequests } from '@shared/state/rdma-tables';
import { actors, drives, requests } from '@shared/state/tables';
import { TraceCursor, type Trace } from '@shared/trace/cursor';
import { showBytes, showPages } from '@shared/units/show';
import { operationName } from '@shared/trace/names';
import type { RunDescription } from '@shared/trace/run-description';
import { waitsOf } from '@shared/trace/wait-graph';

/** A stretch of a lane: taking steps, blocked, or moving data. */
export interface Bar {
  readonly kind: 'run' | 'blocked' | 'dma';
  readonly fromNs: number;
  readonly toNs: number;
  /** What it is, in words that fit a bar if it is long enough. */
  readonly label: string;
  /** It had not ended when the run did. */
  readonly isOpen: boolean;
}

export interface Lane {
  readonly name: string;
  readonly bars: readonly Bar[];
}

interface LaneSoFar {
  readonly bars: { kind: Bar['kind']; fromNs: number; toNs: number; label: string; isOpen: boolean }[];
  /** Simulated time at which its last step was paid for. */
  readyNs: number;
  /** Text of what it waits for, seen while others took steps. */
  waiting: string | null;
}

/** What every actor did when: one walk over the trace. Actors that never took a step have no lane. */
export function lanesOf(trace: Trace, run: RunDescription, endNs: number): readonly Lane[] {
  const cursor = new TraceCursor(trace);
  cursor.seek(0);
  const lanes = run.actors.map((): LaneSoFar => ({ bars: [], readyNs: 0, waiting: null }));
  const steps = new Map(run.steps.map(step => [step.id, step]));
  for (let index = 0; index < trace.steps; index++) {
    const { actor, timeNs, step } = trace.stepAt(index);
    const lane = lanes[actor]!;
    const entry = steps.get(step);
    const couldWait = entry !== undefined && entry.waitsFor?.kind !== 'work' && (entry.waitsFor !== undefined || entry.lock !== undefined);
    if (couldWait && timeNs > lane.readyNs) lane.bars.push({ kind: 'blocked', fromNs: lane.readyNs, toNs: timeNs, label: lane.waiting ?? entry.title, isOpen: false });
    cursor.seek(index + 1);
    takeStep(cursor, run, lane, { actor, timeNs, mechanism: entry?.mechanism ?? '' });
    lane.waiting = waitsOf(cursor, run, actor)[0]?.text ?? null;
  }
  run.actors.forEach((_, nth) => {
    const lane = lanes[nth]!;
    const wait = waitsOf(cursor, run, nth)[0]?.text;
    if (wait !== undefined && lane.readyNs <= endNs) lane.bars.push({ kind: 'blocked', fromNs: lane.readyNs, toNs: endNs, label: wait, isOpen: true });
  });
  // What a step costs may reach beyond the end of the run.
  const clipped = (bars: readonly Bar[]): readonly Bar[] => bars.map(({ kind, fromNs, toNs, label, isOpen }) => ({ kind, fromNs, toNs: Math.min(toNs, endNs), label, isOpen: isOpen || toNs > endNs }));
  return run.actors.map(({ name }, nth) => ({ name, bars: clipped(lanes[nth]!.bars) })).filter(({ bars }) => bars.length > 0);
}

/** Adds a step to the bar it belongs to. */
function takeStep(cursor: TraceCursor, run: RunDescription, lane: LaneSoFar, taken: { actor: number; timeNs: number; mechanism: string }): void {
  const { row, kind } = run.actors[taken.actor]!;
  lane.readyNs = Math.max(taken.timeNs, actors.wakeNs.in(cursor, row));
  const bar = kind === 'device' ? 'dma' : 'run';
  const last = lane.bars.at(-1);
  // The step that completes a request serves nobody any more: it belongs to what was served.
  const label = kind === 'task' ? operationLabel(cursor, run, row) : kind === 'worker' ? taken.mechanism : serviceLabel(cursor, run, taken.actor) ?? last?.label ?? null;
  if (label === null) return;
  if (last !== undefined && last.kind === bar && last.label === label && taken.timeNs <= last.toNs) last.toNs = lane.readyNs;
  else lane.bars.push({ kind: bar, fromNs: taken.timeNs, toNs: lane.readyNs, label, isOpen: false });
}

function operationLabel(cursor: TraceCursor, run: RunDescription, actor: number): string | null {
  const op = actors.op.in(cursor, actor);
  return run.operations.find(({ row }) => row === op)?.text ?? null;
}

/** Whom a device works for: its request or transfer. Null for kernel workers and engines at rest. */
function serviceLabel(cursor: TraceCursor, run: RunDescription, nth: number): string | null {
  const actor = run.actors[nth]!;
  const device = run.devices.find(({ name }) => name === actor.node || name === actor.name)?.row ?? 0;
  const request = cursor.w[device] === drives.$.id ? drives.served.in(cursor, device) : 0;
  if (request !== 0) return `${operationName(run, requests.op.in(cursor, request))}: ${showPages(requests.pages.in(cursor, request))}`;
  const transfer = cursor.w[device] === nics.$.id ? nics.served.in(cursor, device) : 0;
  return transfer === 0 ? null : `${operationName(run, workRequests.op.in(cursor, transfer))}: ${showBytes(workRequests.bytes.in(cursor, transfer))}`;
}
