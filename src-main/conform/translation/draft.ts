import { LAB_VERSION, type Expectation, type Lab, type LabActor, type LabFile, type LabLink, type LabNode, type LabOperation, type Scalar } from '@shared/lab/lab';
import { NS_PER_MS } from '@shared/units/time';

/** An operation of the lab: the n-th of its actor, from 1. */
export interface Step {
  readonly actor: string;
  readonly nth: number;
}

/** "task.3", as runs call it. */
export const nameOf = ({ actor, nth }: Step): string => `${actor}.${nth}`;

/** What a lab says of an actor, beside its operations. */
export type ActorAbout = Omit<LabActor, 'ops'>;

interface DraftActor {
  readonly about: ActorAbout;
  readonly ops: LabOperation[];
}

/** `wait` takes no longer than this at once. */
const WAIT_MS_MAX = 2_000;

/** A lab that grows a step at a time. */
export class LabDraft {
  private readonly nodes = new Map<string, LabNode>();
  private readonly links: LabLink[] = [];
  private readonly actors = new Map<string, DraftActor>();

  /** Adds a node with its wire, unless it is there. */
  node(name: string, node: LabNode, link?: { readonly port: string; readonly to: string }): void {
    if (this.nodes.has(name)) return;
    this.nodes.set(name, node);
    if (link !== undefined) this.links.push({ from: link.to, to: `${name}.${link.port}` });
  }

  amendNode(name: string, parameters: Readonly<Record<string, Scalar>>): void {
    const node = this.nodes.get(name);
    if (node !== undefined) this.nodes.set(name, { ...node, ...parameters });
  }

  file(node: string, name: string, file: LabFile): void {
    const at = this.nodes.get(node)!;
    this.nodes.set(node, { ...at, files: { ...at.files, [name]: file } });
  }

  hasActor(name: string): boolean {
    return this.actors.has(name);
  }

  actor(name: string, about: ActorAbout = {}): void {
    const actor = this.actors.get(name);
    if (actor === undefined) this.actors.set(name, { about: { ...about }, ops: [] });
    else Object.assign(actor.about, about);
  }

  /** Whether the lab says what an actor does with signals. */
  handles(actor: string): boolean {
    return this.actors.get(actor)?.about.handler !== undefined;
  }

  processOf(actor: string): string {
    return this.actors.get(actor)?.about.process ?? actor;
  }

  say(actor: string, word: string, parameters: Readonly<Record<string, Scalar>> = {}): Step {
    this.actor(actor);
    const { ops } = this.actors.get(actor)!;
    ops.push({ word, parameters });
    return { actor, nth: ops.length };
  }

  wordOf({ actor, nth }: Step): string {
    return this.actors.get(actor)?.ops[nth - 1]?.word ?? '';
  }

  /** Lets time pass; answers the last of the steps that this takes. */
  wait(actor: string, ns: number): Step {
    const waitOnce = (ms: number): Step => this.say(actor, 'wait', { for: `${ms} ms` });
    let leftMs = ns / NS_PER_MS;
    for (; leftMs > WAIT_MS_MAX; leftMs -= WAIT_MS_MAX) waitOnce(WAIT_MS_MAX);
    return waitOnce(leftMs);
  }

  lab(title: string, policy: string, notes: string, expect: readonly Expectation[]): Lab {
    return {
      version: LAB_VERSION, title, policy, notes, expect,
      topology: { nodes: Object.fromEntries(this.nodes), links: this.links },
      actors: Object.fromEntries([...this.actors].map(([name, { about, ops }]) => [name, { ...about, ops }])),
    };
  }
}
