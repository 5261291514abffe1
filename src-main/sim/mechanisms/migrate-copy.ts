import { gpuJobs, gpuSpaces, migrations } from '@shared/state/device-memory-tables';
import type { Row } from '@shared/state/dictionary';
import { intervals } from '@shared/state/notifier-tables';
import { actors, hosts, processes } from '@shared/state/tables';
import { emit } from '../engine/events';
import { machine } from '../engine/machine';
import { mechanism } from '../engine/mechanism';
import { at, every, frame } from '../engine/place';
import { call, done, site } from '../engine/step';
import { DEVICE_FREE_READS, freeDeviceFrames, handOut, HAND_OUT_TERMS } from './device-memory';
import { PMD_ORDER, PMD_PAGES } from './folios';
import { ALLOCATE_TERMS, allocateAnonymous, freeFrames, type FrameRun } from './frames';
import { isFinished, JOB_TERMS, submitJob, takeAnswer } from './gpu-engine';
import { MIGRATION_TERMS, nextIn, pieceFrom, STAGE, type MigrationPiece } from './migration-records';
import { tellSubscriber } from './mmu-notifier';
import { pieceOf } from './pieces';
import { RMAP_READS, RMAP_TERMS, splitUnmapped } from './rmap';

/** `isOut` is 1 where pages come back to RAM. */
const T = frame('migration', 'host', 'gpu', 'isOut', 'index', 'pages', 'job', 'interval', 'vpn', 'total', 'missing');

const tellOwn = site(tellSubscriber, T.interval, T.vpn, T.total);

/** The interval of the device itself; 0 if it maps nothing of that address space. */
function ownInterval(process: Row): Row {
  if (process === 0) return 0;
  const row = intervals.$.row(process, gpuSpaces.$.row(process, T.gpu.v));
  return intervals.pageCount.get(row) > 0 ? row : 0;
}

/** Frames at the destination, locked and held; null where there are none. */
function allocate(pages: number, order: number, processNth: number): FrameRun | null {
  if (T.isOut.v === 0) {
    const run = freeDeviceFrames(T.host.v, T.gpu.v, pages, order);
    if (run !== null) handOut(T.host.v, run, order, processNth);
    return run;
  }
  const run = freeFrames(T.host.v, { pagesMax: pages, order });
  if (run === null) return null;
  allocateAnonymous(T.host.v, run, order, processNth);
  hosts.exclusive.assign(T.host.v, run.pfn, run.pages, 0);
  hosts.locked.assign(T.host.v, run.pfn, run.pages, actors.nth.get(machine.self) + 1);
  hosts.refs.add(T.host.v, run.pfn, run.pages, 1);
  hosts.moving.add(T.host.v, run.pfn, run.pages, 1);
  return run;
}

/** Gives the piece frames, as many as there are side by side. A huge page that gets no huge one is split while it is unmapped (spec 8.10). */
function provide(piece: MigrationPiece): FrameRun | null {
  const process = migrations.process.get(T.migration.v);
  const nth = process === 0 ? hosts.anon.at(T.host.v, piece.from) : processes.nth.get(process);
  if (!piece.isWhole) return allocate(pieceOf(migrations.pageCount.get(T.migration.v), piece.pages, piece.pages), 0, nth);
  const huge = allocate(PMD_PAGES, PMD_ORDER, nth);
  if (huge !== null) return huge;
  // Found by frame, it cannot be split: a to-do in the test driver (spec 8.10).
  if (process === 0) return null;
  migrations.whole.assign(T.migration.v, piece.index, PMD_PAGES, 0);
  if (piece.stage === STAGE.unmapped) {
    splitUnmapped(T.host.v, piece.from, migrations.faultPfn.get(T.migration.v));
    emit('folio-split', piece.from, PMD_PAGES);
  }
  return allocate(1, 0, nth);
}

/** What a driver does between setup and pages: frames at the destination, and the content by its copy engine. Pages that got one before are done. Answers pages that got no frame. */
export const migrateCopy = mechanism({
  name: 'migrate-copy',
  source: 'spec 8.2 driver, 8.10; lib/test_hmm.c dmirror_migrate_alloc_and_copy(), dmirror_devmem_fault_alloc_and_copy() (6.19)',
  frame: T,
  order: 'MC1 MC2 MC3 MC4',
  steps: {
    MC1: {
      title: 'the device drops its own entries of the range', reads: [...MIGRATION_TERMS, ...every(intervals.pageCount)], calls: [tellOwn],
      run: () => {
        T.job.v = gpuJobs.$.row(actors.nth.get(machine.self));
        T.interval.v = ownInterval(migrations.process.get(T.migration.v));
        [T.vpn.v, T.total.v] = [migrations.vpnFirst.get(T.migration.v), migrations.pageCount.get(T.migration.v)];
        return T.interval.v === 0 ? undefined : call(tellOwn);
      },
    },
    MC2: {
      title: 'allocate the destination of the next page', to: ['MC2', 'MC3', 'done'],
      reads: [...MIGRATION_TERMS, ...DEVICE_FREE_READS, ...RMAP_READS, ...every(hosts.anon)],
      writes: [...MIGRATION_TERMS, ...HAND_OUT_TERMS, ...ALLOCATE_TERMS, ...RMAP_TERMS, ...every(hosts.moving), ...JOB_TERMS],
      run: go => {
        const index = nextIn(T.migration.v, T.index.v, STAGE.unmapped, STAGE.noSource);
        if (index < 0) return done(T.missing.v);
        const piece = pieceFrom(T.migration.v, index);
        if (piece.hasTarget) {
          T.index.v = index + piece.pages;
          return go.MC2;
        }
        const frames = provide(piece);
        T.index.v = index + (frames?.pages ?? piece.pages);
        if (frames === null) {
          T.missing.v += piece.pages;
          return go.MC2;
        }
        migrations.hasTarget.assign(T.migration.v, index, frames.pages, 1);
        migrations.toDelta.assign(T.migration.v, index, frames.pages, frames.pfn - index);
        if (piece.stage === STAGE.noSource) return go.MC2;
        submitJob(T.job.v, { kind: 'copy', gpu: T.gpu.v, pages: frames.pages, pfnFrom: piece.from, pfnTo: frames.pfn });
        return go.MC3;
      },
    },
    MC3: {
      title: 'wait for the copy engine', when: () => isFinished(T.job.v), waitsFor: { kind: 'gpu-job', job: 'job' }, reads: [at(gpuJobs.state, T.job)],
    },
    MC4: {
      title: 'take its answer', writes: JOB_TERMS, to: ['MC2'],
      run: go => {
        takeAnswer(T.job.v);
        return go.MC2;
      },
    },
  },
});
