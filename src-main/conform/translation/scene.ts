import type { Scalar } from '@shared/lab/lab';
import { PAGE_BYTES } from '@shared/units/pages';
import type { Clause } from '../observation/clause';
import type { ByteRange } from '../observation/values';
import { LabDraft, type ActorAbout, type Step } from './draft';
import { Bytes } from './bytes';
import { addMachine } from './machine';

/** Memory that clauses speak of: a mapping by its lab name. */
export interface SceneMapping {
  readonly name: string;
  readonly bytes: number;
  /** Clauses speak of more than is mapped under its name: all of it has to be said. */
  readonly reaches?: true;
  /** How another process gets memory of the same kind. */
  readonly again?: (actor: string) => SceneMapping;
  /** Process that it is in; that of the task if not said. */
  readonly owner?: string;
  /** The file behind it; null for anonymous memory. */
  readonly file: SceneFile | null;
}

export interface SceneFile {
  readonly name: string;
  readonly fs: string;
  readonly bytes: number;
}

/** A memory region: part of the memory of a queue pair's side. */
export interface SceneRegion {
  readonly name: string;
  readonly mapping: string;
  readonly range: ByteRange;
  readonly fill: string;
}

/** A load of one byte of each of some pages. */
export interface SceneLoad {
  readonly step: Step;
  readonly mapping: string;
  readonly pages: readonly number[];
  readonly offset: number;
}

/** Pages kept busy: by which step, and how they are let go. */
export interface SceneHold {
  readonly kind: string;
  readonly step: Step;
  readonly mapping: SceneMapping;
  readonly range: ByteRange;
  /** The step that drops it, once it is written; its end drops it where it ends by itself. */
  release: Step | null;
}

/** What the next step comes behind: the return of a step, or only that it waits. */
interface Behind {
  readonly step: Step;
  readonly how: 'done' | 'inside';
}

/** The process of whoever is not named otherwise. */
export const TASK = 'task';

/** An observation on its way to becoming a lab: the lab so far, what its clauses have named, and what comes behind what. */
export class Scene {
  readonly draft = new LabDraft();
  readonly bytes = new Bytes();
  readonly files = new Map<string, SceneFile>();
  readonly mappings = new Map<string, SceneMapping>();
  readonly holds: SceneHold[] = [];
  readonly regions = new Map<string, SceneRegion>();
  readonly domains = new Set<string>();
  /** Queue pair of each role, number of each work request, where the first of them lands, and the requests of the common tail. */
  readonly roles = new Map<string, string>();
  readonly workIds = new Map<Step, number>();
  target: string | null = null;
  readonly tail = new Set<Step>();
  /** Mapping that took the place of another one. */
  readonly overlays = new Map<string, string>();
  /** Memory of processes that have their own of the same kind, by actor and mapping. */
  readonly copies = new Map<string, SceneMapping>();
  /** The first file that was cloned, and its clone. */
  cloned: { readonly original: SceneFile; readonly clone: SceneFile } | null = null;
  /** Files that open file descriptions stand for. */
  readonly fds = new Map<string, SceneFile | null>();
  /** Steps that a counter asks about, by what they are. */
  readonly marked = new Map<string, Step>();
  /** Steps that let go of what the observed call may wait for, and signals sent to whoever makes it. */
  readonly releases: Step[] = [];
  readonly signals: Step[] = [];
  /** Deadlines that may end the observed call, in nanoseconds. */
  readonly timers: number[] = [];
  /** The signal that makes a call look again which no release woke. */
  rescue: Step | null = null;
  /** Steps of the observed call: several where it is said to be done several times. */
  observed: Step[] = [];
  /** Steps that one clause stands for, where it is to be done several times. */
  repeated: readonly Step[] = [];
  /** What the caller is and may do. */
  about: ActorAbout = {};
  /** How long after the signal the holder of a lease gives in, in nanoseconds. */
  readonly concessions: number[] = [];
  /** Step that opened what each descriptor stands for, and the descriptor of the last fcntl. */
  readonly opens = new Map<string, Step>();
  asked: string | null = null;
  /** What the holder of the lease does when it is broken. */
  reaction: string | null = null;
  /** Descriptor that each actor opened last. */
  readonly fdOf = new Map<string, string>();
  /** Directory that later files are made in. */
  directory: string | null = null;
  /** File system that a mkfs clause made, whether it has reflink, and what a mount clause mounted. */
  made: string | null = null;
  reflink: string | null = null;
  mounted: string | null = null;
  /** Options of the kernel build that clauses name, and what they add to the policy. */
  readonly config = new Map<string, boolean>();
  readonly settings: string[] = [];
  /** First step of a child that the set-up made, where nothing forked: its whole life belongs to the probe. */
  ownChild: Step | null = null;
  /** Stores of threads that race, each to a byte of its own. */
  readonly racers: Step[] = [];
  /** Loads that clauses ask for: which byte of which pages, and the last step of each. */
  readonly loads: SceneLoad[] = [];
  /** Byte of a mapping that the last load or store was about. */
  touchedByte = 0;
  hasForked = false;
  /** The observed call takes a hold: that it succeeds is all that is seen of it. */
  takesHold = false;
  /** The set-up is over. */
  isActing = false;
  /** A step that has begun and waits while the action runs. */
  waiting: Step | null = null;
  private behind: Behind | null = null;
  private readonly endings: (() => void)[] = [];
  private names = 0;

  constructor(readonly area: string, readonly setup: readonly Clause[]) {
    this.draft.actor(TASK);
    addMachine(this.draft);
  }

  /** A name that nothing has yet. */
  freshName(stem: string): string {
    return `${stem}${++this.names}`;
  }

  /** The file that clauses without a name mean: the last one. */
  get file(): SceneFile | undefined {
    return [...this.files.values()].at(-1);
  }

  get mapping(): SceneMapping | undefined {
    return [...this.mappings.values()].at(-1);
  }

  get hold(): SceneHold | undefined {
    return this.holds.at(-1);
  }

  /** A thread of the task's process, or of another one. */
  thread(name: string, process = TASK): string {
    if (!this.draft.hasActor(name)) this.draft.actor(name, { process });
    return name;
  }

  /** Adds a step behind all before it. */
  perform(actor: string, word: string, parameters: Readonly<Record<string, Scalar>> = {}): Step {
    this.comeBehind(actor);
    const step = this.draft.say(actor, word, parameters);
    this.behind = { step, how: 'done' };
    return step;
  }

  /** Lets time pass behind all before it. */
  pause(actor: string, ns: number): Step {
    this.comeBehind(actor);
    const step = this.draft.wait(actor, ns);
    this.behind = { step, how: 'done' };
    return step;
  }

  /** Adds one step for each actor, none behind another; what comes next comes behind all of them. */
  performTogether(actors: readonly string[], word: string, parametersOf: (nth: number) => Readonly<Record<string, Scalar>>): readonly Step[] {
    const before = this.behind;
    const steps = actors.map((actor, nth) => {
      this.behind = before;
      return this.perform(actor, word, parametersOf(nth));
    });
    for (const step of steps.slice(1)) this.await(actors[0]!, step, 'done');
    this.behind = { step: steps[0]!, how: 'done' };
    return steps;
  }

  /** What comes next does so while this step waits, or behind it if it does not. */
  goOnInside(step: Step): void {
    this.behind = { step, how: 'inside' };
  }

  goOnBehind(step: Step): void {
    this.behind = { step, how: 'done' };
  }

  /** Lets an actor wait for a step, however much later others go on. */
  await(actor: string, step: Step, how: Behind['how']): void {
    if (step.actor !== actor) this.draft.say(actor, how === 'done' ? 'await-done' : 'await-waiting', { actor: step.actor, op: step.nth });
  }

  /** What is to be said once the observed call and its follow-ups are. */
  atTheEnd(say: () => void): void {
    this.endings.push(say);
  }

  end(): void {
    for (const say of this.endings.splice(0)) say();
  }

  /** A process that has nothing to do with the others. */
  outsider(): string {
    if (!this.draft.hasActor('outsider')) this.draft.actor('outsider');
    return 'outsider';
  }

  private comeBehind(actor: string): void {
    if (this.behind !== null) this.await(actor, this.behind.step, this.behind.how);
  }
}

/** Pages of a range that begins and ends at pages; null if it does not. */
export function pagesText({ start, length }: ByteRange): string | null {
  return start % PAGE_BYTES === 0 && length % PAGE_BYTES === 0 && length > 0 ? `${start / PAGE_BYTES}+${length / PAGE_BYTES}` : null;
}

/** Part of a mapping, file or buffer, as an operation names it: by pages where it is made of such. */
export function partOf(range: ByteRange | null): Readonly<Record<string, Scalar>> {
  if (range === null) return {};
  const pages = pagesText(range);
  return pages === null ? { range: `${range.start}+${range.length}` } : { pages };
}
