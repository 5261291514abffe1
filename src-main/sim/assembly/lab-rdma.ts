import type { Row } from '@shared/state/dictionary';
import { completionQueues, dmabufs, protectionDomains, queuePairs, windows } from '@shared/state/rdma-tables';
import type { LabOperation } from '@shared/lab/lab';
import type { VerbsKind } from '../operations/operation';

/** Which operations make which kind of object, and the parameters that mention one. */
const MAKERS: Readonly<Record<string, VerbsKind>> = { 'create-pd': 'pd', 'create-cq': 'cq', 'create-qp': 'qp', qp: 'qp', 'bind-mw': 'mw', 'dmabuf-export': 'dmabuf' };

/** Queue pairs that no lab names come behind those that it does. */
const IMPLICIT_FIRST = 1000;
/** Room of a completion queue that nobody made. */
const CQ_DEPTH = 256;
/** What perftest sets up: timeout 14, min_rnr_timer 12, retry_cnt 7, rnr_retry 7 (IBTA 9.7.5). */
const IMPLICIT = { timeoutNs: 67_108_864, minRnrTimerNs: 640_000, retryCount: 7, rnrRetry: 7 } as const;
const ALL_REMOTE = 2 | 4 | 8;

/** Names of verbs objects, and the rows they became. */
export class LabRdma {
  readonly objects: Readonly<Record<VerbsKind, Map<string, Row>>> = { pd: new Map(), cq: new Map(), qp: new Map(), mw: new Map(), dmabuf: new Map() };
  /** Queue pairs that the lab names; each is worked on by an engine of its own. */
  readonly named = new Map<string, Row>();
  private readonly pairs = new Map<string, Row>();
  private readonly domains = new Map<string, Row>();

  /** Gives the object that an operation makes its row, before any operation is resolved. */
  introduce(process: Row, { word, parameters }: LabOperation): void {
    const kind = MAKERS[word];
    const name = parameters['name'];
    if (kind === undefined || name === undefined || this.objects[kind].has(String(name))) return;
    const all = this.objects[kind];
    if (kind === 'pd') {
      this.domain(process, String(name), false);
      return;
    }
    all.set(String(name), rowOf(kind, process, all.size));
    if (kind === 'qp') this.named.set(String(name), all.get(String(name))!);
    if (kind === 'cq') completionQueues.depth.set(all.get(String(name))!, CQ_DEPTH);
  }

  /** Every object by its name. */
  all(): readonly (readonly [string, Row])[] {
    return Object.values(this.objects).flatMap(rows => Array.from(rows));
  }

  /** A protection domain by its name in a process; one that nobody makes is there from the start. */
  domain(process: Row, name: string, isLive = true): Row {
    const key = `${process} ${name}`;
    const known = this.domains.get(key);
    if (known !== undefined) return known;
    const row = protectionDomains.$.row(process, this.domains.size);
    protectionDomains.isLive.set(row, isLive ? 1 : 0);
    this.domains.set(key, row);
    this.objects.pd.set(this.objects.pd.has(name) ? key : name, row);
    return row;
  }

  /** The completion queue of a queue pair that names none. */
  ownQueue(process: Row, qp: string): Row {
    const name = `${qp}.cq`;
    const row = this.objects.cq.get(name) ?? completionQueues.$.row(process, this.objects.cq.size);
    completionQueues.depth.set(row, CQ_DEPTH);
    this.objects.cq.set(name, row);
    return row;
  }

  /** Queue pair of a remote program that names none: connected, from the start, with one of the process it writes to. */
  pairWith(actor: string, process: Row, nic: Row): Row {
    const key = `${actor} ${process} ${nic}`;
    const known = this.pairs.get(key);
    if (known !== undefined) return known;
    const nth = IMPLICIT_FIRST + 2 * this.pairs.size;
    const [requester, responder] = [queuePairs.$.row(nth), queuePairs.$.row(nth + 1)];
    for (const [qp, peer] of [[requester, responder], [responder, requester]] as const) {
      queuePairs.state.set(qp, queuePairs.state.valueOf('RTS'));
      queuePairs.peer.set(qp, peer);
      queuePairs.access.set(qp, ALL_REMOTE);
      queuePairs.retryCount.set(qp, IMPLICIT.retryCount);
      queuePairs.rnrRetry.set(qp, IMPLICIT.rnrRetry);
      queuePairs.minRnrTimerNs.set(qp, IMPLICIT.minRnrTimerNs);
      queuePairs.timeoutNs.set(qp, IMPLICIT.timeoutNs);
    }
    queuePairs.process.set(responder, process);
    queuePairs.nic.set(responder, nic);
    this.pairs.set(key, requester);
    const end = this.pairs.size === 1 ? actor : `${actor} ${this.pairs.size}`;
    this.objects.qp.set(`of ${end}`, requester);
    this.objects.qp.set(`for ${end}`, responder);
    return requester;
  }
}

function rowOf(kind: Exclude<VerbsKind, 'pd'>, process: Row, nth: number): Row {
  switch (kind) {
    case 'cq': return completionQueues.$.row(process, nth);
    case 'qp': return queuePairs.$.row(nth);
    case 'mw': return windows.$.row(process, nth);
    case 'dmabuf': return dmabufs.$.row(nth);
  }
}
