import { SIGNALS } from '@shared/domain/signal';
import type { Row } from '@shared/state/dictionary';
import { actors, processes } from '@shared/state/tables';
import { kernel } from '../kernel';
import { machine } from './machine';
import { every } from './place';

/** What an actor does with a signal it can handle: the default action, or a handler with or without SA_RESTART. */
export type Handler = 'none' | 'restart' | 'no-restart';

/** What making a signal pending writes. */
export const SIGNAL_TERMS = every(actors.signal, actors.dead, actors.pc);

const UNHANDLED: ReadonlySet<number> = new Set([SIGNALS.SIGKILL, SIGNALS.SIGBUS, SIGNALS.SIGSEGV]);

const NO_HANDLER = actors.handler.valueOf('none');

const isFatal = (target: Row, signal: number): boolean => UNHANDLED.has(signal) || actors.handler.get(target) === NO_HANDLER;

/**
 * Makes a signal pending. One that ends the process is pending on all of its threads at once, and is never overwritten by a
 * later one (kernel/signal.c complete_signal()).
 */
export function sendSignalTo(target: Row, signal: number): void {
  if (!isFatal(target, signal)) {
    actors.signal.set(target, signal);
    return;
  }
  for (const thread of threadsOf(actors.process.get(target))) killThread(thread, signal);
  leaveUserSpace(target);
}

export const threadsOf = (process: Row): readonly Row[] => machine.actorRows.filter(actor => process !== 0 && actors.process.get(actor) === process);

/** A thread with a fatal signal leaves at its next return to user space, and is there at once if it only let time pass. */
export function killThread(thread: Row, signal: number): void {
  if (actors.dead.get(thread) === 0) actors.dead.set(thread, signal);
  const pc = actors.pc.get(thread);
  if (pc !== 0 && machine.steps[pc].interruptible !== undefined && actors.wakeNs.get(thread) > kernel.nowNs) actors.wakeNs.set(thread, kernel.nowNs);
}

/** A program that is over sits in user space: the signal makes it leave the process, unless somebody does already. */
function leaveUserSpace(target: Row): void {
  if (actors.pc.get(target) !== 0 || processes.exiting.get(actors.process.get(target)) === 1) return;
  actors.pc.set(target, actors.exitPc.get(target));
  actors.wakeNs.set(target, kernel.nowNs);
}
