import { GUP_PIN_COUNTING_BIAS } from '@shared/domain/pin-form';
import { actors, drives, files, holders, hosts, operations, requests } from '@shared/state/tables';
import type { StepEntry } from '@shared/protocol/catalogue';
import type { Trace } from '@shared/trace/cursor';
import type { RunDescription } from '@shared/trace/run-description';
import { BLOCK_0, holdByHand, mountedByHand, requestByHand, standsAt, STEP, type HandBuilt } from './hand-built-run';
import { traceFromSteps, type MadeStep } from './trace-from-steps';

export interface MadeRun {
  readonly trace: Trace;
  readonly run: RunDescription;
  readonly built: HandBuilt;
}

export const SUBMIT = 20;
export const PROGRAM = 21;
export const MOVE = 22;
export const [ADMIN, APP, NVME] = [0, 1, 2];
const PAGE = BLOCK_0 + 1;

const entry = (id: number, mechanism: string, name: string, title: string): StepEntry =>
  ({ id, mechanism, name, title, source: 'spec 4.5', locals: [], interruptible: false });

/**
 * app pins page 1 of F for a read at 1 µs; admin truncates F at 2 µs and waits for the page; the drive writes the page
 * from 3 to 7 µs; app unpins at 8 µs; admin goes on there and frees the blocks. `stepCount` ends the recording earlier.
 */
export function blockedTruncate(stepCount = 8, perChunk = 4): MadeRun {
  const { trace, built } = traceFromSteps(() => {
    const mounted = mountedByHand();
    for (const actor of [mounted.admin, mounted.app]) actors.pc.set(actor, PROGRAM);
    actors.pc.set(driveOf(mounted), STEP.idle);
    return mounted;
  }, made => [...submits(made), ...blocks(made), ...moves(made), ...finishes(made)].slice(0, stepCount), perChunk);
  const steps = [
    ...built.run.steps, entry(SUBMIT, 'direct-io', 'DI1', 'pin the buffer and submit'),
    entry(PROGRAM, 'program', 'P', 'next operation'), entry(MOVE, 'nvme', 'N2', 'move the data'),
  ];
  return { trace, built, run: { ...built.run, watch: ['F:1'], steps } };
}

const driveOf = (built: HandBuilt): number => built.run.actors[NVME]!.row;

function submits(built: HandBuilt): MadeStep[] {
  const { app, dio } = built;
  const holder = holders.$.row(dio, 0);
  return [
    { at: 1000, actor: APP, step: PROGRAM, change: () => { standsAt(app, SUBMIT, [], dio); }, events: [['operation-started', dio]] },
    {
      at: 1000, actor: APP, step: SUBMIT,
      change: () => {
        holdByHand(built, 'pin', PAGE, 1, requestByHand(built, 'submitted', 1), dio);
        standsAt(app, STEP.landed, [dio], dio);
        actors.wakeNs.set(app, 1600);
      },
      events: [['pin-taken', holder, PAGE, 1], ['request-submitted', dio, 1]],
    },
  ];
}

function blocks({ admin, truncate, file }: HandBuilt): MadeStep[] {
  return [
    { at: 2000, actor: ADMIN, step: PROGRAM, change: () => { standsAt(admin, STEP.iolock, [file], truncate); }, events: [['operation-started', truncate]] },
    {
      at: 2000, actor: ADMIN, step: STEP.iolock,
      change: () => {
        files.iolock.set(file, ~ADMIN);
        standsAt(admin, STEP.pageIdle, [file, PAGE], truncate);
        actors.wakeNs.set(admin, 2200);
      },
      events: [['layout-wait', file, PAGE]],
    },
  ];
}

function moves(built: HandBuilt): MadeStep[] {
  const engine = driveOf(built);
  const drive = built.run.devices[0]!.row;
  const request = requests.$.row(built.dio);
  return [
    {
      at: 3000, actor: NVME, step: STEP.idle,
      change: () => {
        requests.state.set(request, requests.state.valueOf('running'));
        drives.served.set(drive, request);
        actors.pc.set(engine, MOVE);
        actors.wakeNs.set(engine, 7000);
      },
    },
    {
      at: 7000, actor: NVME, step: MOVE,
      change: () => {
        hosts.content.assign(built.host, PAGE, 1, 7);
        requests.done.set(request, 1);
        requests.state.set(request, requests.state.valueOf('landed'));
        drives.served.set(drive, 0);
        actors.pc.set(engine, STEP.idle);
      },
      events: [['dma-write-landed', engine, PAGE, 1, 7], ['request-completed', built.dio, 0]],
    },
  ];
}

function finishes(built: HandBuilt): MadeStep[] {
  const holder = holders.$.row(built.dio, 0);
  const end = (actor: number, op: number): void => {
    operations.state.set(op, operations.state.valueOf('done'));
    actors.op.set(actor, 0);
    actors.pc.set(actor, 0);
  };
  return [
    {
      at: 8000, actor: APP, step: STEP.landed,
      change: () => {
        holders.how.set(holder, 0);
        hosts.refs.add(built.host, PAGE, 1, -GUP_PIN_COUNTING_BIAS);
        end(built.app, built.dio);
      },
      events: [['hold-released', holder, PAGE, 1], ['page-idle', PAGE, 1], ['operation-returned', built.dio, 1, 0]],
    },
    {
      at: 8000, actor: ADMIN, step: STEP.pageIdle,
      change: () => {
        hosts.owner.assign(built.host, BLOCK_0, 4, 0);
        files.kind.assign(built.file, 0, 4, 0);
        files.size.set(built.file, 0);
        files.iolock.set(built.file, 0);
        end(built.admin, built.truncate);
      },
      events: [['blocks-freed', built.file, BLOCK_0, 4], ['operation-returned', built.truncate, 0, 0]],
    },
  ];
}
