import { assert } from '@shared/base/assert';
import { tableOf } from '@shared/state/all-tables';
import { arena, type State } from '@shared/state/arena';
import type { Row } from '@shared/state/dictionary';
import { power } from '@shared/state/power-tables';
import { actors, files, filesystems, operations, processes, STACK_WORDS } from '@shared/state/tables';
import { emit } from '../engine/events';
import { machine } from '../engine/machine';
import { mechanism } from '../engine/mechanism';
import { every, frame } from '../engine/place';
import { done } from '../engine/step';
import { kernel, type Continuation } from '../kernel';
import { flushPages, loseContents, loseUnflushed } from './contents';
import { POWER_FAILURE_TERMS, volatileColumns, volatileFields } from './durable-state';
import { MOUNT } from './dax-flag';
import { replayFilesystem, REPLAY_READS, REPLAY_TERMS } from './log-replay';
import { isPersistentFrame } from './memory-types';
import { DETACH_TERMS, detachPages, hasMedium } from './page-cache';

/** What becomes of stores that CPU caches hold when the power fails: lost, in memory by then, or one of both. */
export const CACHES = { lost: 0, flushed: 1, either: 2 } as const;

const WHOLE_FILE_PAGES = 2 ** 30;
const powerRow = (): Row => power.$.row(0);

function bootedState(): State {
  assert(kernel.booted !== null, 'a lab whose power fails is kept as it booted');
  return kernel.booted;
}

/** Everything volatile is as it was when the machine had booted; what came into being since is not there. */
function forgetVolatile(): void {
  const booted = bootedState();
  for (const { row, table } of arena.dictionary.rows) {
    for (const column of volatileColumns(tableOf(table)!)) column.set(row, row < booted.w.length ? column.in(booted, row) : 0);
  }
  for (const { slot, space, field } of arena.dictionary.boundaries) {
    const definition = tableOf(arena.w[space])!;
    if (volatileFields(definition).includes(definition.fields[field])) arena.setDifference(slot, slot < booted.p.length ? booted.p[slot] : 0);
  }
}

/** Memory that is not persistent holds nothing any more; persistent memory lacks what was in CPU caches alone. */
function loseMemory(host: Row, areCachesFlushed: boolean): void {
  for (const { firstPfn, pageCount } of kernel.memories) {
    if (!isPersistentFrame(firstPfn)) {
      loseContents(host, firstPfn, pageCount);
      continue;
    }
    if (areCachesFlushed) flushPages(host, firstPfn, pageCount);
    const lost = loseUnflushed(host, firstPfn, pageCount);
    if (lost > 0) emit('stores-lost', firstPfn, lost);
  }
}

/** Page cache that the lab began with is gone too, and with it what is in host memory alone. */
function losePageCache(): void {
  for (const file of files.$.rows(arena)) {
    if (files.cached.find(file, 0, WHOLE_FILE_PAGES, cached => cached === 1) >= 0) detachPages(file, 0, WHOLE_FILE_PAGES);
    if (hasMedium(file) || !IN_MEMORY.has(filesystems.type.get(files.fs.get(file)))) continue;
    files.size.set(file, 0);
    files.links.set(file, 0);
    files.gone.set(file, 1);
  }
}

const IN_MEMORY: ReadonlySet<number> = new Set((['tmpfs', 'hugetlbfs', 'secretmem'] as const).map(type => filesystems.type.valueOf(type)));

/** Where the program of an actor goes on with the next boot; undefined if it ends. */
const continuationOf = (actor: Row): Continuation | undefined => kernel.continuations.get(actor)?.find(({ boot }) => boot > power.boots.get(powerRow()));

/** Engines and workers begin as at the first boot; programs end, or go on where they await the next. Who cuts the power is no part of the machine. */
function endActors(): void {
  const booted = bootedState();
  for (const actor of machine.actorRows) {
    const next = continuationOf(actor);
    // Whoever awaits the boot already has nothing to lose.
    if (actor === machine.self || (next !== undefined && actors.op.get(actor) === next.op)) continue;
    for (const column of actors.$.columns) if (column.spec.kind !== 'id' && column.spec.kind !== 'stack') column.set(actor, column.in(booted, actor));
    for (let word = actor + actors.stack.off; word < actor + actors.stack.off + STACK_WORDS; word++) arena.set(word, booted.w[word]);
    if (!isTask(actor)) continue;
    actors.pc.set(actor, next?.step ?? 0);
    if (next !== undefined) processes.unborn.set(actors.process.get(actor), 0);
  }
}

/** Programs, and they alone, have a step at which they leave their process. */
const isTask = (actor: Row): boolean => actors.exitPc.get(actor) !== 0;

function loseOperations(): void {
  for (const { row, actor: nth } of kernel.operations) {
    const actor = machine.actorRows[nth];
    const next = continuationOf(actor)?.op;
    if (actor === machine.self || next === row) continue;
    const state = operations.state.nameIn(arena, row);
    if (state === 'running') {
      operations.state.set(row, operations.state.valueOf('lost'));
      operations.endNs.set(row, kernel.nowNs);
      emit('operation-lost', row);
    } else if (state === 'pending' && (next === undefined || operations.nth.get(row) < operations.nth.get(next))) operations.state.set(row, operations.state.valueOf('skipped'));
  }
}

const P = frame('host', 'caches', 'fs');

/** File systems that have a log: not those in host memory. */
const nextFilesystem = (): Row => filesystems.$.rows(arena).find(fs => fs > P.fs.v && (filesystems.mount.get(fs) !== MOUNT.none || filesystems.drive.get(fs) !== 0)) ?? 0;

/**
 * The power of the machine fails at one moment and comes back: what is volatile is gone, what is durable is found by replaying the
 * logs. Which is which stands in `durable-state.ts`. Booting takes the time of a log commit a file system, and no other.
 */
export const powerFailure = mechanism({
  name: 'power-failure',
  source: 'spec 3.1 PersistDomain, 3.3, 3.6, 4.6; fs/xfs/xfs_log_recover.c xlog_recover(), xlog_recover_process_iunlinks() (6.19)',
  frame: P,
  order: 'PW1 PW2 PW3',
  steps: {
    PW1: {
      title: 'the power fails: what is not durable is gone', writes: [...POWER_FAILURE_TERMS, ...DETACH_TERMS], reads: every(power.boots), to: ['PW3'],
      choices: () => (P.caches.v === CACHES.either ? 2 : 1),
      run: (go, choice) => {
        power.failures.set(powerRow(), power.failures.get(powerRow()) + 1);
        emit('power-failed', power.failures.get(powerRow()));
        loseOperations();
        endActors();
        loseMemory(P.host.v, P.caches.v === CACHES.flushed || choice === 1);
        forgetVolatile();
        losePageCache();
        P.fs.v = nextFilesystem();
        return P.fs.v === 0 ? go.PW3 : undefined;
      },
    },
    PW2: {
      title: 'boot: one file system replays its log', reads: REPLAY_READS, writes: REPLAY_TERMS, costNs: () => kernel.costs.logCommitNs, again: () => P.fs.v !== 0,
      run: () => {
        replayFilesystem(P.fs.v);
        P.fs.v = nextFilesystem();
      },
    },
    PW3: {
      title: 'boot: everything is mounted; programs that awaited it begin', writes: every(power.boots), to: ['done'],
      run: () => {
        power.boots.set(powerRow(), power.boots.get(powerRow()) + 1);
        emit('machine-booted', power.boots.get(powerRow()));
        return done();
      },
    },
  },
});

const B = frame('boot');

/** A program that begins with a boot after a power failure. */
export const awaitBoot = mechanism({
  name: 'await-boot',
  source: 'the lab’s own step: order of set-up',
  frame: B,
  order: 'BO1',
  steps: {
    BO1: {
      title: 'wait until the machine has booted again', when: () => power.boots.get(powerRow()) >= B.boot.v, waitsFor: { kind: 'boot' },
      reads: every(power.boots), to: ['done'], run: () => done(),
    },
  },
});
