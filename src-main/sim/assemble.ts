import { accepted, refused } from '@shared/base/result';
import { arena } from '@shared/state/arena';
import { checkLab } from '@shared/lab/lab-check';
import type { Lab } from '@shared/lab/lab';
import { parsePolicies } from '@shared/lab/policy-text';
import { wiringFindings } from '@shared/lab/wiring-check';
import { parseQuantity } from '@shared/units/quantity';
import { isAssumed } from '@shared/domain/source';
import { actors, operations } from '@shared/state/tables';
import type { RunDescription, RunEnd, RunSummary, RunViolation } from '@shared/trace/run-description';
import type { ChunkSink, LabProblem, RunRequest, RunResult } from './api';
import { emit } from './engine/events';
import { machine } from './engine/machine';
import { ScheduleMismatch, type Order } from './engine/order';
import { OrderAtRandom } from './engine/order-at-random';
import { OrderByRecording, parseSchedule } from './engine/order-by-recording';
import { OrderByTime } from './engine/order-by-time';
import { Recorder } from './engine/recorder';
import type { Finding, Invariant } from './invariants/invariant';
import { INVARIANTS } from './invariants/registry';
import { Watcher } from './invariants/watcher';
import { kernel } from './kernel';
import { describeRegistries } from './assembly/describe-registries';
import type { Catalogue } from '@shared/protocol/catalogue';
import { describeRun } from './assembly/describe-run';
import { judgeExpectations, judgeMoment, type MomentVerdicts } from './assembly/expectations';
import { LassoWatch } from './assembly/lasso';
import { mountLab, type MountedLab } from './assembly/mount-lab';
import { isBorn, operationOutcomes, outcomeOf, runCost } from './assembly/run-outcome';

/** All registries as data: devices, operations, axes, knobs, presets, invariants. */
export const catalogue = (): Catalogue => describeRegistries();

/** Steps of a further lap, at most, once the state has come back. */
const LAP_STEPS_MAX = 10_000;

/** A random schedule has no lasso to end it: a lab that goes round for ever is given up early. */
const RANDOM_STEPS_MAX = 2_000;

/** Steps after which a run is given up, unless the lab says otherwise. */
const STEPS_MAX = 200_000;

/**
 * Runs a lab under one policy to its end: checks it, mounts it, takes steps in the order asked for, judges each, records all.
 * Chunks of the trace go to `sink` in order, before the result is returned.
 */
export function runLab(lab: Lab, request: RunRequest, sink: ChunkSink): RunResult {
  const registries = catalogue();
  const unclear = checkLab(lab, registries).filter(finding => finding.severity === 'error');
  const findings = unclear.length > 0 ? unclear : wiringFindings(lab.topology, registries);
  if (findings.length > 0) return refused(findings.map(({ path, message }) => ({ path, message })));
  const policies = parsePolicies(request.policy, registries, lab.policy ?? null);
  if (!policies.ok) return refused([{ path: ['policy'], message: policies.refusal }]);
  if (policies.value.length !== 1) return refused([{ path: ['policy'], message: `a run has one policy; this names ${policies.value.length}` }]);
  const mounted = mountLab(lab, policies.value[0]);
  if (!mounted.ok) return mounted;
  const seed = request.seed ?? lab.seed ?? 1;
  const schedule = lab.schedules?.find(({ name }) => name === request.schedule)?.text ?? request.schedule;
  const run = describeRun(mounted.value, seed, request.schedule);
  let moments: MomentVerdicts = new Map();
  const order = orderOf(schedule, seed, run, () => { moments = judgeMoment(mounted.value, run, operationOutcomes(run, outcomeOf(run, null, false))); });
  if (!order.ok) return order;
  return takeSteps(mounted.value, run, order.value, request.name, sink, () => moments);
}

function orderOf(schedule: string | null, seed: number, run: RunDescription, usedUp: () => void): { ok: true; value: Order } | { ok: false; refusal: readonly LabProblem[] } {
  if (schedule === null) return accepted(new OrderByTime(seed));
  if (schedule === RANDOM_SCHEDULE) return accepted(new OrderAtRandom(seed));
  try {
    return accepted(new OrderByRecording(parseSchedule(schedule, run.actors.map(({ name }) => name)), new OrderByTime(seed), usedUp));
  } catch (error) {
    if (error instanceof ScheduleMismatch) return refused([{ path: ['schedules'], message: error.message }]);
    throw error;
  }
}

/** The schedule of this name is drawn from the seed, step by step. */
export const RANDOM_SCHEDULE = 'random';

function takeSteps(mounted: MountedLab, run: RunDescription, order: Order, name: string, sink: ChunkSink, moments: () => MomentVerdicts): RunResult {
  const recorder = new Recorder(sink);
  const watcher = new Watcher(INVARIANTS);
  const lasso = new LassoWatch();
  const found: RunViolation[] = [];
  const note = (invariant: Invariant, finding: Finding): void => {
    const assumed = isAssumed(invariant.source) || run.operations.some(({ row }) => operations.assumed.get(row) === 1);
    found.push({ id: invariant.id, class: invariant.class, ...(invariant.word === undefined ? {} : { word: invariant.word }), sentence: invariant.sentence, step: recorder.steps, timeNs: kernel.nowNs, chain: finding.chain, assumed });
    emit('invariant-violated', INVARIANTS.indexOf(invariant));
  };
  const judgement = { run, host: run.host };
  const isTimed = run.schedule !== RANDOM_SCHEDULE;
  const stepsMax = mounted.lab.bounds?.stepsMax ?? (isTimed ? STEPS_MAX : RANDOM_STEPS_MAX);
  const endNs = timeBound(mounted.lab);
  let starving: readonly number[] | null = null;
  let lassoAt: number | null = null;
  let end: RunEnd = 'bound';
  try {
    while (recorder.steps < stepsMax && kernel.nowNs <= endNs) {
      const pick = order.next();
      if (pick === null) {
        end = run.actors.some(({ row, kind }) => kind === 'task' && actors.pc.get(row) !== 0 && isBorn(row)) ? 'blocked' : 'finished';
        break;
      }
      const row = machine.actorRows[pick.actor];
      const stepId = actors.pc.get(row);
      const mark = arena.n;
      const opBefore = actors.op.get(row);
      kernel.nowNs = pick.timeNs;
      const costNs = machine.execute(row, pick.choice);
      actors.wakeNs.set(row, pick.timeNs + costNs);
      const broken = watcher.judge(machine.steps[stepId], judgement);
      for (const { invariant, finding } of broken) note(invariant, finding);
      arena.fold(mark);
      recorder.record(pick.timeNs, pick.actor, stepId, pick.choice);
      if (broken.some(({ finding }) => finding.endsRun === true)) {
        end = 'crash';
        break;
      }
      const closesRound = machine.steps[stepId].beginsRound === true;
      if (starving === null && isTimed && (closesRound || hasBegunAgain(row, opBefore))) starving = lasso.starving();
      if (starving !== null && (closesRound || hasComeToRest(starving, recorder.steps - (lassoAt ??= recorder.steps)))) {
        end = 'lasso';
        break;
      }
    }
  } catch (error) {
    if (error instanceof ScheduleMismatch) return refused([{ path: ['schedules'], message: error.message }]);
    throw error;
  }
  const outcome = outcomeOf(run, starving, end === 'finished' || end === 'blocked');
  for (const invariant of INVARIANTS) {
    if (invariant.kind === 'end') for (const finding of invariant.brokenBy(outcome)) note(invariant, finding);
  }
  recorder.flush();
  const summary: RunSummary = {
    lab: name, policy: run.policy, seed: run.seed, schedule: run.schedule, digest: recorder.digest(), end, steps: recorder.steps, endNs: kernel.nowNs,
    operations: operationOutcomes(run, outcome),
    violations: found.filter(violation => violation.class === 'safety' || violation.class === 'liveness'), notices: found.filter(violation => violation.class === 'notice'),
    leftBehind: found.filter(violation => violation.class === 'rest'), expectations: [], cost: runCost(),
  };
  return accepted({ description: run, summary: { ...summary, expectations: judgeExpectations(mounted, run, summary, moments()) } });
}

/** Whether the step just taken started another round of a repeated operation. */
function hasBegunAgain(actor: number, opBefore: number): boolean {
  const op = actors.op.get(actor);
  return opBefore === 0 && op !== 0 && operations.rounds.get(op) > 1;
}

/** A run that goes round ends where whoever starves waits again, so that its last state shows on what. */
function hasComeToRest(starving: readonly number[], stepsSince: number): boolean {
  const waits = (row: number): boolean => machine.steps[actors.pc.get(row)].when !== undefined && !machine.isEnabled(row);
  return stepsSince >= LAP_STEPS_MAX || starving.every(actor => waits(machine.actorRows[actor]));
}

function timeBound(lab: Lab): number {
  const given = lab.bounds?.endNs;
  const parsed = given === undefined ? null : parseQuantity(String(given), 'ns');
  return parsed?.ok === true ? parsed.value : Infinity;
}
