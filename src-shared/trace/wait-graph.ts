import type { State } from '../state/arena';
import type { Row } from '../state/dictionary';
import { gpuJobs } from '../state/device-memory-tables';
import { targetRequests } from '../state/nvmet-tables';
import { p2pAllocations } from '../state/pgmap-tables';
import { actors, holders, operations, processes, requests } from '../state/tables';
import { leases } from '../state/vfs-tables';
import { workRequests } from '../state/rdma-tables';
import { showNs } from '../units/show';
import { actorName, heldPages, holdWord, keeperName, operationName, operationText } from './names';
import { outlookOfAllocation, outlookOfHold, outlookOfMapping, type ReleaseOutlook } from './release-outlook';
import { operationOf, stepOf } from './running-frame';
import type { RunDescription, WhyLink } from './run-description';
import { waitForLock, waitForTarget, type Wait, type WaitHolder } from './wait-targets';

/** What an actor waits for now: its next step's lock, then its condition. Empty if it may go on, or is at rest. */
export function waitsOf(state: State, run: RunDescription, actorNth: number): readonly Wait[] {
  const actor = run.actors[actorNth];
  const step = actor === undefined ? null : stepOf(state, run, actor.row);
  if (actor === undefined || step === null) return [];
  return [waitForLock(state, run, actor.row, step), waitForTarget(state, run, actor.row, step)].filter(wait => wait !== null);
}

/** An edge of the wait-for graph (L5). */
export interface WaitEdge {
  readonly from: number;
  readonly to: number;
  readonly text: string;
}

/** Who waits for whom, by actor. */
export function waitGraph(state: State, run: RunDescription): readonly WaitEdge[] {
  return run.actors.flatMap((_, from) => waitsOf(state, run, from).flatMap(wait =>
    wait.holders.flatMap(({ actor, text }) => (actor === null ? [] : [{ from, to: actor, text: `${wait.text}, ${text}` }]))));
}

/**
 * Where a chain of waits ends: it comes back to itself, at a hold, lease or mapping that nothing scheduled ends, at an actor that
 * can go on, or at something that nobody brings about.
 */
export type ChainEnd = 'cycle' | 'pin' | 'lease' | 'mapping' | 'work' | 'nothing';

export interface BlockedChain {
  /** At most {@link LINKS_MAX}; the last one names an operation or a policy. */
  readonly links: readonly WhyLink[];
  readonly end: ChainEnd;
  /** Actors of the cycle in order; empty where there is none. */
  readonly cycle: readonly number[];
}

export const LINKS_MAX = 7;

/** When a hold was taken, in ns; null where nobody recorded it. */
export type TakenNs = (holder: Row) => number | null;

/** Why an actor cannot go on, followed to its end: a cycle if there is one, else the hold that lasts longest. */
export function blockedChain(state: State, run: RunDescription, actorNth: number, takenNs: TakenNs = () => null): BlockedChain {
  const { links, end, cycle } = new Follower(state, run, takenNs).follow(actorNth);
  return { links: shortened(links), end, cycle };
}

const WORST_FIRST: readonly ChainEnd[] = ['cycle', 'pin', 'lease', 'mapping', 'nothing', 'work'];

/** Depth-first over waits; a finished actor's chain is kept, so that shared locks do not multiply the work. */
class Follower {
  private readonly path: number[] = [];
  private readonly finished = new Map<number, BlockedChain>();

  constructor(private readonly state: State, private readonly run: RunDescription, private readonly takenNs: TakenNs) {}

  follow(nth: number): BlockedChain {
    const known = this.finished.get(nth);
    if (known !== undefined) return known;
    this.path.push(nth);
    const chain = this.chainOf(nth);
    this.path.pop();
    this.finished.set(nth, chain);
    return chain;
  }

  private chainOf(nth: number): BlockedChain {
    const [wait] = waitsOf(this.state, this.run, nth);
    if (wait === undefined) return { links: [this.goesOn(nth)], end: 'work', cycle: [] };
    const ends = wait.holders.map(holder => this.beyond(wait, holder));
    const worst = WORST_FIRST.flatMap(end => ends.filter(chain => chain.end === end))[0];
    if (worst === undefined) return { links: [this.waitsFor(nth, wait, true)], end: 'nothing', cycle: [] };
    return { ...worst, links: [this.waitsFor(nth, wait, false), ...worst.links] };
  }

  /** What lies behind one holder of a wait. */
  private beyond(wait: Wait, holder: WaitHolder): BlockedChain {
    const { state, run } = this;
    const isHold = state.w[holder.row] === holders.$.id;
    const outlook = isHold ? outlookOfHold(state, run, holder.row) : this.outlookBesides(holder.row);
    const held = isHold ? [this.hold(holder.row)] : saysMore(wait) ? [{ text: holder.text, at: { kind: 'row' as const, value: String(holder.row) } }] : [];
    const release = outlook === null ? [] : [releaseLink(run, outlook)];
    if (holder.actor === null && state.w[holder.row] === leases.$.id) return { links: [...held, leasePolicy(run)], end: 'lease', cycle: [] };
    if (holder.actor === null) return { links: [...held, ...release], end: outlook === null ? 'nothing' : isHold ? 'pin' : 'mapping', cycle: [] };
    const from = this.path.indexOf(holder.actor);
    if (from >= 0 && this.isUnreached(outlook)) return { links: [...held, ...release], end: 'pin', cycle: [] };
    if (from >= 0) return { links: [...held, ...release.slice(0, isHold ? 1 : 0), this.cycleLink(from, wait)], end: 'cycle', cycle: this.path.slice(from) };
    const rest = this.follow(holder.actor);
    if (rest.end === 'cycle' && this.isUnreached(outlook)) return { links: [...held, ...release], end: 'pin', cycle: [] };
    const served = servedOperation(this.state, this.run, holder.row);
    if (rest.end === 'work' && served !== 0) return { ...rest, links: [this.serves(holder.actor, served)] };
    if (rest.end === 'work' && outlook !== null) return { ...rest, links: [...held, ...release] };
    return { ...rest, links: [...(outlook === null ? held : [...held, ...release]), ...rest.links] };
  }

  /** What ends a mapping, or gives peer-to-peer memory back; null where the row is neither. */
  private outlookBesides(row: Row): ReleaseOutlook | null {
    switch (this.state.w[row]) {
      case processes.$.id: return outlookOfMapping(this.state, this.run, row);
      case p2pAllocations.$.id: return outlookOfAllocation(this.state, this.run, row);
      default: return null;
    }
  }

  /** What a program would do later is no part of a cycle in the kernel: until then user space keeps the hold. */
  private isUnreached(outlook: ReleaseOutlook | null): boolean {
    return outlook?.kind === 'scheduled' && operations.state.nameIn(this.state, this.run.operations[outlook.operation].row) === 'pending';
  }

  private hold(holder: Row): WhyLink {
    const { state, run } = this;
    const taken = this.takenNs(holder);
    const since = taken === null ? '' : ` since ${showNs(taken)}`;
    const how = holdWord(holders.how.nameIn(state, holder));
    return { text: `${keeperName(state, run, holder)} has a ${how} on ${heldPages(state, run, holder)}${since}`, at: { kind: 'row', value: String(holder) } };
  }

  private waitsFor(nth: number, wait: Wait, isLast: boolean): WhyLink {
    const step = stepOf(this.state, this.run, this.run.actors[nth].row);
    const at = step === null ? '' : ` at ${step.name}`;
    const text = `${this.inOperation(nth)} waits${at} for ${wait.text}${isLast ? ': nobody brings it about' : ''}`;
    return { text, at: this.operationOrActor(nth) };
  }

  private goesOn(nth: number): WhyLink {
    const step = stepOf(this.state, this.run, this.run.actors[nth].row);
    const next = step === null ? 'has finished' : step.waitsFor?.kind === 'work' ? 'is at work or waits for work' : `can go on: ${step.name}, ${step.title}`;
    return { text: `${this.inOperation(nth)} ${next}`, at: this.operationOrActor(nth) };
  }

  /** A device that waits for nobody is at work on what stands in its queue. */
  private serves(device: number, op: Row): WhyLink {
    const step = stepOf(this.state, this.run, this.run.actors[device].row);
    const at = step === null ? '' : `, next at ${step.name}: ${step.title}`;
    return { text: `${operationName(this.run, op)} is in the queue of ${actorName(this.run, device)}${at}`, at: { kind: 'operation', value: operationName(this.run, op) } };
  }

  private cycleLink(from: number, last: Wait): WhyLink {
    const { run, state, path } = this;
    const [first, ...others] = path.slice(from).map(nth => ({ name: actorName(run, nth), wait: (waitsOf(state, run, nth)[0] ?? last).text }));
    const parts = [`${first.name} waits for ${first.wait}`, ...others.map(({ name, wait }) => `held by ${name}, who waits for ${wait}`), `held by ${first.name}`];
    return { text: `a cycle: ${parts.join(', ')}`, at: this.operationOrActor(path[from]) };
  }

  private inOperation(nth: number): string {
    const operation = this.run.operations[operationOf(this.state, this.run, this.run.actors[nth].row)];
    return operation === undefined ? actorName(this.run, nth) : operationText(this.run, operation.row);
  }

  private operationOrActor(nth: number): NonNullable<WhyLink['at']> {
    const inside = operationOf(this.state, this.run, this.run.actors[nth].row);
    const operation = this.run.operations[inside] ?? this.run.operations.findLast(({ actor, row }) => actor === nth && operations.state.nameIn(this.state, row) === 'done');
    if (operation !== undefined) return { kind: 'operation', value: operation.name };
    // Kernel workers commit and clear what layout operations freed: that rule is why there is anything to wait for.
    return this.run.actors[nth].kind === 'worker' ? { kind: 'policy', value: 'truncate-vs-dma' } : { kind: 'actor', value: actorName(this.run, nth) };
  }
}

/** Who waits for an actor is told by that actor's own line. */
const saysMore = ({ kind }: Wait): boolean => kind !== 'actor' && kind !== 'threads';

/** Operation whose request or transfer this row is; 0 for other rows. */
function servedOperation(state: State, run: RunDescription, row: Row): Row {
  switch (state.w[row]) {
    case requests.$.id: return requests.op.in(state, row);
    case workRequests.$.id: return workRequests.op.in(state, row);
    case targetRequests.$.id: return targetRequests.op.in(state, row);
    case gpuJobs.$.id: return actors.op.in(state, run.actors[gpuJobs.actor.in(state, row)]?.row ?? 0);
    default: return 0;
  }
}

/** What becomes of a lease whose holder does nothing is the policy. */
function leasePolicy(run: RunDescription): WhyLink {
  const variant = run.variants.find(({ axis }) => axis === 'lease-break');
  return { text: `nobody gives it up; ${variant === undefined ? '' : `policy lease-break=${variant.id}`}`, at: { kind: 'policy', value: 'lease-break' } };
}

/** How a hold or a mapping ends, as the last line of a chain. */
export function releaseLink(run: RunDescription, outlook: ReleaseOutlook): WhyLink {
  const operation = run.operations[outlook.operation];
  if (operation !== undefined) return { text: outlook.text, at: { kind: 'operation', value: operation.name } };
  const axis = run.variants.find(variant => variant.axis === 'zone-device-refcount');
  return axis === undefined ? { text: outlook.text } : { text: outlook.text, at: { kind: 'policy', value: axis.axis } };
}

/** The beginning and the end of a chain say most. */
export function shortened(links: readonly WhyLink[]): readonly WhyLink[] {
  if (links.length <= LINKS_MAX) return links;
  const left = links.length - (LINKS_MAX - 1);
  return [...links.slice(0, 3), { text: `… ${left} more links …` }, ...links.slice(links.length - 3)];
}
