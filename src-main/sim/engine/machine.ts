import { assert } from '@shared/base/assert';
import { arena } from '@shared/state/arena';
import { ACTORS_MAX, holds, mayTake, released, taken } from '@shared/state/lock';
import { actors, STACK_WORDS } from '@shared/state/tables';
import { CALL, DONE, FALL_THROUGH, pending, SLEEP, type Mechanism, type Next, type Step } from './step';

/** Words between two frames: the return step and the caller's frame. */
const LINK_WORDS = 2;

/**
 * The mounted step tables, and the one way to take a step. Run, replay and explore differ only in who picks the actor
 * and the choice (architecture 1).
 */
class Machine {
  /** Steps by id; ids start at 1, since pc 0 is a finished actor. */
  steps: Step[] = [];
  private mechanismOfStep: Mechanism[] = [];
  mechanisms: readonly Mechanism[] = [];
  /** Rows of the actors, by index. */
  actorRows: number[] = [];
  /** Row of the actor that takes a step. */
  self = 0;
  private readonly noGo = {};

  /** Numbers the steps in the order of mechanism names, so that ids never depend on how modules were loaded. */
  mount(mechanisms: readonly Mechanism[]): void {
    this.mechanisms = [...mechanisms].sort((a, b) => (a.name < b.name ? -1 : 1));
    this.steps = [{ title: 'finished' }];
    this.mechanismOfStep = [];
    this.actorRows = [];
    for (const mechanism of this.mechanisms) {
      mechanism.number(this.steps.length);
      for (const step of mechanism.steps) {
        this.mechanismOfStep[this.steps.length] = mechanism;
        this.steps.push(step);
      }
    }
  }

  /** Puts an actor at the first step of its program. */
  addActor(program: Mechanism): number {
    assert(this.actorRows.length < ACTORS_MAX, 'the actors of a lab fit one lock word', { actors: ACTORS_MAX });
    const row = actors.$.row(this.actorRows.length);
    this.actorRows.push(row);
    actors.pc.set(row, program.base);
    return row;
  }

  mechanismAt(stepId: number): Mechanism {
    return this.mechanismOfStep[stepId];
  }

  /** Enters the frame of `actor`, so that locals mean its own. */
  enter(actor: number): void {
    this.self = actor;
    arena.f = actor + actors.stack.off + arena.w[actor + actors.frame.off];
  }

  /** Whether the next step of `actor` could be taken now. */
  isEnabled(actor: number): boolean {
    const pc = arena.w[actor + actors.pc.off];
    if (pc === 0) return false;
    const step = this.steps[pc];
    if (step.takes === undefined && step.when === undefined) return true;
    this.enter(actor);
    if (step.takes !== undefined && !mayTake(step.takes.v, step.shared === true)) return false;
    return step.when === undefined || step.when() || this.isInterrupted(actor, step);
  }

  private isInterrupted(actor: number, step: Step): boolean {
    if (step.interruptible === undefined) return false;
    if (actors.dead.get(actor) !== 0) return true;
    return step.interruptible === 'signal' && actors.signal.get(actor) !== 0;
  }

  /** Simulated time at which the wait of an actor ends by itself; Infinity if it has no timer. */
  timeoutOf(actor: number): number {
    const { timeoutNs } = this.steps[arena.w[actor + actors.pc.off]];
    if (timeoutNs === undefined) return Infinity;
    this.enter(actor);
    return timeoutNs();
  }

  /** How many alternatives the next step of `actor` has. */
  choicesOf(actor: number): number {
    const step = this.steps[arena.w[actor + actors.pc.off]];
    if (step.choices === undefined) return 1;
    this.enter(actor);
    return step.choices();
  }

  /** Takes the next step of `actor`. Returns the simulated time it costs. */
  execute(actor: number, choice: number): number {
    this.enter(actor);
    const nth = actors.nth.get(actor);
    const pc = arena.w[actor + actors.pc.off];
    const step = this.steps[pc];
    if (step.takes !== undefined) step.takes.v = taken(step.takes.v, nth, step.shared === true);
    let next = step.run?.(this.noGo, choice) ?? FALL_THROUGH;
    if (next === FALL_THROUGH && step.again?.() === true) next = pc as Next;
    const costNs = step.costNs?.() ?? 0;
    for (const lock of step.drops ?? []) {
      assert(holds(lock.v, nth), 'a step drops a lock that its actor holds', { step: step.title });
      lock.v = released(lock.v, nth);
    }
    if (next !== pc) for (const local of step.forgets ?? []) local.v = 0;
    return costNs + this.apply(actor, pc, next);
  }

  private apply(actor: number, pc: number, next: Next): number {
    switch (next) {
      case FALL_THROUGH:
        actors.pc.set(actor, this.successorOf(pc));
        return 0;
      case DONE:
        this.leave(actor, pc);
        return 0;
      case CALL:
        this.call(actor, pc);
        return 0;
      case SLEEP:
        actors.pc.set(actor, pending.then === FALL_THROUGH ? this.successorOf(pc) : pending.then);
        return pending.sleepNs;
      default:
        assert(this.mechanismOfStep[next] === this.mechanismOfStep[pc], 'a step goes on inside its own table', { pc, next });
        actors.pc.set(actor, next);
        return 0;
    }
  }

  private successorOf(pc: number): number {
    const { base, steps } = this.mechanismOfStep[pc];
    assert(pc + 1 - base < steps.length, 'the last step of a table says where it ends', { mechanism: this.mechanismOfStep[pc].name });
    return pc + 1;
  }

  private call(actor: number, pc: number): void {
    const site = pending.call;
    assert(site !== null, 'a call names its callee');
    const returnTo = pending.then === FALL_THROUGH ? this.successorOf(pc) : pending.then;
    const callee = site.target();
    assert(callee.base > 0, 'the callee is mounted', { callee: callee.name });
    const args = site.args.map(arg => (typeof arg === 'number' ? arg : arg.v));
    const link = arena.f + this.mechanismOfStep[pc].locals.length;
    const frame = link + LINK_WORDS;
    const stackBase = actor + actors.stack.off;
    assert(frame + callee.locals.length <= stackBase + STACK_WORDS, 'the call stack fits', { callee: callee.name });
    arena.set(link, returnTo);
    arena.set(link + 1, actors.frame.get(actor));
    args.forEach((value, i) => arena.set(frame + i, value));
    actors.frame.set(actor, frame - stackBase);
    actors.pc.set(actor, callee.base);
  }

  private leave(actor: number, pc: number): void {
    actors.result.set(actor, pending.result);
    actors.errno.set(actor, pending.errno);
    const { f } = arena;
    for (let word = 0; word < this.mechanismOfStep[pc].locals.length; word++) arena.set(f + word, 0);
    if (actors.frame.get(actor) === 0) {
      actors.pc.set(actor, 0);
      return;
    }
    const returnTo = arena.w[f - LINK_WORDS];
    const callerFrame = arena.w[f - 1];
    arena.set(f - LINK_WORDS, 0);
    arena.set(f - 1, 0);
    actors.frame.set(actor, callerFrame);
    actors.pc.set(actor, returnTo);
  }
}

export const machine = new Machine();

/** What the last mechanism called by the running actor answered. */
export const answer = {
  get result(): number { return actors.result.get(machine.self); },
  get errno(): number { return actors.errno.get(machine.self); },
};
