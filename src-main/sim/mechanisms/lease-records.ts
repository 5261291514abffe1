import { SIGNALS } from '@shared/domain/signal';
import { arena } from '@shared/state/arena';
import type { Row } from '@shared/state/dictionary';
import { actors, files, filesystems, hosts, processes } from '@shared/state/tables';
import { leaseHandlers, leases, leaseSettings } from '@shared/state/vfs-tables';
import { emit } from '../engine/events';
import { every } from '../engine/place';
import { sendSignalTo, SIGNAL_TERMS } from '../engine/signals';
import { kernel } from '../kernel';
import { forEachBlockRun } from './remove-blocks';

/** Numbers of fcntl lease types. */
export const LEASE = { read: 0, write: 1, unlock: 2 } as const;
/** Words of `leases.kind`. */
export const KIND_OF_LEASE = { lease: 0, layout: 1 } as const;

const TYPE = { none: 0, read: leases.type.valueOf('F_RDLCK'), write: leases.type.valueOf('F_WRLCK') } as const;

/** What {@link conflicting} reads. */
export const LEASE_READS = every(leases.type, leases.file, leases.orphan, files.kind, files.blockDelta, hosts.longterm);
/** What {@link setType} writes. */
export const LEASE_TERMS = every(leases.type, leases.file, leases.holder, leases.descriptor, leases.exclusive, leases.orphan, leases.downgradePending, leases.unlockPending, leases.forced);
export const BREAK_READS = [...LEASE_READS, ...every(leases.downgradePending, leases.unlockPending, leases.holder, leaseHandlers.open, leaseSettings.breakTimeNs, processes.exiting)];
export const BREAK_TERMS = [...LEASE_TERMS, ...SIGNAL_TERMS, ...every(leaseHandlers.signalled)];

/** A break that a writer, or a change of the layout, asks for; a reader asks for less. */
export interface Breaker {
  readonly file: Row;
  readonly writes: boolean;
  readonly layout: boolean;
}

/** First frame of pages [first, end) of a file that was pinned for the long term with the file system’s knowledge; −1 if there is none. */
export function firstLongtermFrame(file: Row, first: number, end: number): number {
  const host = filesystems.host.get(files.fs.get(file));
  let found = -1;
  forEachBlockRun(file, first, end, (_index, pfn, pages) => {
    if (found < 0) found = hosts.longterm.find(host, pfn, pfn + pages, pins => pins > 0);
  });
  return found;
}

/** A lease that was given up lives on while there are pins under it: what becomes of it nobody settled (spec 5.7). */
export const isLive = (lease: Row): boolean =>
  leases.type.get(lease) !== TYPE.none && (leases.orphan.get(lease) === 0 || firstLongtermFrame(leases.file.get(lease), 0, Number.MAX_SAFE_INTEGER) >= 0);

/** leases_conflict(): readers get along, and layout leases concern only who changes the layout. */
export const conflicting = ({ file, writes, layout }: Breaker): readonly Row[] =>
  leases.$.rows(arena).filter(lease => leases.file.get(lease) === file && (leases.kind.get(lease) === KIND_OF_LEASE.layout) === layout
    && (writes || leases.type.get(lease) === TYPE.write) && isLive(lease));

/** lease_modify(): F_UNLCK takes the lease away; what has been conceded is not asked for any more. */
export function setType(lease: Row, type: number): void {
  if (type !== LEASE.write) {
    leases.downgradePending.set(lease, 0);
    leases.downgradeNs.set(lease, 0);
  }
  if (type !== LEASE.unlock) {
    leases.type.set(lease, type + 1);
    return;
  }
  for (const column of [leases.type, leases.file, leases.holder, leases.descriptor, leases.exclusive, leases.orphan, leases.unlockPending, leases.forced, leases.unlockNs, leases.sentNs]) column.set(lease, 0);
  emit('lease-released', lease);
}

/** The holder gives a lease up. A layout lease under which pages are still pinned stays as an orphan (spec 5.7, unknown). */
export function giveUp(lease: Row): void {
  const file = leases.file.get(lease);
  if (leases.kind.get(lease) === KIND_OF_LEASE.layout && firstLongtermFrame(file, 0, Number.MAX_SAFE_INTEGER) >= 0) leases.orphan.set(lease, 1);
  else setType(lease, LEASE.unlock);
}

/** Leases of an open file description that is closed for good. */
export function giveUpLeases(open: Row): void {
  for (const lease of leases.$.rows(arena)) if (leases.open.get(lease) === open && leases.type.get(lease) !== TYPE.none) giveUp(lease);
}

/** time_out_leases(): what is overdue is taken by force (LB1, LB4). Layout leases are not: what happens to them is a policy. */
export function expireOverdue(file: Row, nowNs: number): void {
  for (const lease of leases.$.rows(arena)) {
    if (leases.file.get(lease) !== file || leases.kind.get(lease) !== KIND_OF_LEASE.lease) continue;
    if (isPast(leases.downgradeNs.get(lease), nowNs)) force(lease, LEASE.read);
    if (isPast(leases.unlockNs.get(lease), nowNs)) force(lease, LEASE.unlock);
  }
}

const isPast = (deadlineNs: number, nowNs: number): boolean => deadlineNs !== 0 && deadlineNs <= nowNs;

function force(lease: Row, type: number): void {
  emit('lease-forced', lease, type);
  setType(lease, type);
}

/** F_GETLEASE: what the holder has, or, during a break, what it is asked to go down to (target_leasetype()). */
export function targetType(lease: Row): number {
  if (leases.type.get(lease) === TYPE.none || leases.unlockPending.get(lease) === 1) return LEASE.unlock;
  return leases.downgradePending.get(lease) === 1 ? LEASE.read : leases.type.get(lease) - 1;
}

/** Marks a conflicting lease and signals its holder, once for each demand (LB2). */
export function demand(lease: Row, writes: boolean): void {
  if (leases.unlockPending.get(lease) === 1 || (!writes && leases.downgradePending.get(lease) === 1)) return;
  const breakTimeNs = leaseSettings.breakTimeNs.get(leaseSettings.$.row(0));
  const deadlineNs = breakTimeNs === 0 ? 0 : kernel.nowNs + breakTimeNs;
  (writes ? leases.unlockPending : leases.downgradePending).set(lease, 1);
  (writes ? leases.unlockNs : leases.downgradeNs).set(lease, deadlineNs);
  leases.sentNs.set(lease, kernel.nowNs);
  emit('lease-break-sent', lease, writes ? LEASE.unlock : LEASE.read);
  notify(lease);
}

/** When a breaker may stop waiting for this lease; Infinity is never. */
export function deadlineOf(lease: Row, writes: boolean): number {
  const deadlineNs = (writes ? leases.unlockNs : leases.downgradeNs).get(lease) || leases.unlockNs.get(lease);
  return deadlineNs === 0 || leases.forced.get(lease) === 1 ? Infinity : deadlineNs;
}

/** SIGIO: to the handler that the process installed for this lease, else to the task that took it (lease_break_callback()). */
function notify(lease: Row): void {
  const holder = leases.holder.get(lease);
  const handler = leaseHandlers.$.rows(arena).find(row => leaseHandlers.open.get(row) === leases.open.get(lease) && leaseHandlers.process.get(row) === actors.process.get(holder));
  if (handler === undefined) sendSignalTo(holder, SIGNALS.SIGIO);
  else leaseHandlers.signalled.set(handler, 1);
  emit('signal-sent', actors.nth.get(holder), SIGNALS.SIGIO);
}
