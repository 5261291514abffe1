import type { Topology } from '@shared/lab/lab';
import type { Row } from '@shared/state/dictionary';
import { flows } from '@shared/state/link-tables';
import { actors, links } from '@shared/state/tables';
import { NS_PER_S } from '@shared/units/time';
import { machine } from '../engine/machine';
import { kernel } from '../kernel';
import { fairRates, type Share } from './fair-shares';
import { bytesPerSecond, nodeOf, type Crossing } from './timing';

/** Kinds whose wire carries one direction at a time. */
const HALF_DUPLEX: ReadonlySet<string> = new Set(['host-memory']);

/** A way through the topology in one direction. Hops are links, each direction of its own where the wire has two. */
export interface Way extends Share {
  readonly links: readonly number[];
  /** Bytes a second of each hop. */
  readonly capacities: readonly number[];
}

/** The way of data along a path or, for a read, back along it; `limit` is the rate of the device itself. */
export function wayAlong(topology: Topology, path: readonly Crossing[], isRead: boolean, limit: number): Way {
  const isHalf = ({ link }: Crossing): boolean => [topology.links[link].from, topology.links[link].to].some(end => HALF_DUPLEX.has(topology.nodes[nodeOf(end)].kind));
  const capacities = path.map(({ link }) => bytesPerSecond(topology, topology.links[link], isRead));
  return {
    links: path.map(({ link }) => link),
    hops: path.map(crossing => 2 * crossing.link + (!isHalf(crossing) && crossing.forwards !== isRead ? 1 : 0)),
    capacities, limit: Math.min(limit, ...capacities),
  };
}

interface Moving {
  readonly row: Row;
  readonly way: Way;
  left: number;
  end: number;
}

/**
 * Transfers at once share the links they cross, max-min fairly, as by an arbiter that takes turns packet by packet (a model: real
 * arbiters weigh). Nobody steps for it: the ends of the others are put off when a transfer begins.
 */
export class LinkSharing {
  private readonly capacities: ReadonlyMap<number, number>;

  constructor(private readonly ways: readonly Way[]) {
    this.capacities = new Map(ways.flatMap(({ hops, capacities }) => hops.map((hop, nth): [number, number] => [hop, capacities[nth]])));
  }

  /** Starts a transfer of the running actor. Answers the time it needs as things stand; later ones may put it off. */
  begin(wayNth: number, bytes: number): number {
    const { nowNs } = kernel;
    const moving = this.settled();
    const row = flows.$.row(actors.nth.get(machine.self));
    const way = this.ways[wayNth];
    flows.way.set(row, wayNth + 1);
    moving.push({ row, way, left: bytes, end: nowNs });
    for (const flow of moving) {
      flows.bytesLeft.set(flow.row, flow.left);
      flows.settledNs.set(flow.row, nowNs);
    }
    this.advance(moving, nowNs, Infinity);
    for (const flow of moving) this.note(flow);
    // Peer traffic over the root crosses the link above a switch twice: up, and down again.
    for (const link of way.links) links.bytes.set(links.$.row(link), links.bytes.get(links.$.row(link)) + bytes);
    return flows.endNs.get(row) - nowNs;
  }

  /** Transfers still on their way, with what is left of them now; the others are gone. */
  private settled(): Moving[] {
    const { nowNs } = kernel;
    const moving = flows.$.rows().filter(row => flows.way.get(row) !== 0)
      .map((row): Moving => ({ row, way: this.ways[flows.way.get(row) - 1], left: flows.bytesLeft.get(row), end: flows.endNs.get(row) }));
    const since = moving.length === 0 ? nowNs : flows.settledNs.get(moving[0].row);
    const isOver = ({ row }: Moving): boolean => flows.endNs.get(row) <= nowNs || flows.actor.get(row) === actors.nth.get(machine.self);
    this.advance(moving, since, nowNs);
    for (const { row } of moving.filter(isOver)) flows.way.set(row, 0);
    return moving.filter(flow => !isOver(flow));
  }

  /** Lets time pass: what is left, and for what gets across, when. */
  private advance(moving: readonly Moving[], fromNs: number, untilNs: number): void {
    let now = fromNs;
    for (let open = moving.filter(({ left }) => left > 0); open.length > 0 && now < untilNs; open = open.filter(({ left }) => left > 0)) {
      const rates = fairRates(open.map(({ way }) => way), hop => this.capacities.get(hop)!);
      const needs = open.map(({ left }, nth) => Math.ceil((left * NS_PER_S) / rates[nth]));
      const passed = Math.min(untilNs - now, ...needs);
      open.forEach((flow, nth) => {
        flow.left = needs[nth] <= passed ? 0 : flow.left - Math.floor((rates[nth] * passed) / NS_PER_S);
        if (flow.left === 0) flow.end = now + passed;
      });
      now += passed;
    }
  }

  /** Writes a transfer back. Whoever moves it sleeps until it is across: his time moves with its end. */
  private note({ row, end }: Moving): void {
    const actor = machine.actorRows[flows.actor.get(row)];
    const way = this.ways[flows.way.get(row) - 1];
    if (actor !== machine.self) actors.wakeNs.set(actor, actors.wakeNs.get(actor) + end - flows.endNs.get(row));
    flows.endNs.set(row, end);
    for (const link of way.links) links.busyUntilNs.set(links.$.row(link), Math.max(links.busyUntilNs.get(links.$.row(link)), end));
  }
}
