import { arena } from '@shared/state/arena';
import type { Row } from '@shared/state/dictionary';
import { OWNER_BUSY_DAX } from '@shared/state/owner';
import { busyExtents, counters, holders, hosts } from '@shared/state/tables';
import { emit } from '../engine/events';
import { every } from '../engine/place';
import { kernel } from '../kernel';
import type { HoldKind } from '../policies/policy';

const HOLDER_TERMS = every(holders.how, holders.pfnFirst, holders.pageCount, holders.keeper, holders.owner, holders.ownerDelta);
/** What {@link takeHold} reads and writes. */
export const TAKE_READS = every(hosts.owner, hosts.ownerDelta);
export const TAKE_TERMS = [...HOLDER_TERMS, ...every(hosts.refs, hosts.pins, hosts.longterm)];
/** What {@link turnIntoPins} reads and writes. */
export const TURN_READS = every(holders.pfnFirst, holders.pageCount);
export const TURN_TERMS = every(holders.how, hosts.refs, hosts.pins, hosts.longterm);
/** What {@link dropHold} reads and writes. */
export const DROP_READS = every(hosts.owner, busyExtents.state, busyExtents.pageCount, busyExtents.dax);
export const DROP_TERMS = [...TAKE_TERMS, ...every(busyExtents.idle, hosts.anon, hosts.content)];

export const counterRow = (): Row => counters.$.row(0);

const HOW = holders.how;
const HOW_NAMES: readonly HoldKind[] = ['get', 'pin', 'longterm'];

/** The word for a kind of hold. */
export const howWord = (how: HoldKind): number => HOW.valueOf(how);
const kindOf = (word: number): HoldKind => HOW_NAMES[word - 1];

/** Refcount minus what does not make a file-system DAX page busy (spec 2.2). */
export function busyRefs(host: Row, pfn: number): number {
  const { idleRefs, mappingsCount } = kernel.policy.zoneDeviceRefcount;
  return hosts.refs.at(host, pfn) - idleRefs - (mappingsCount ? hosts.maps.at(host, pfn) : 0);
}

/** A page is idle, and wakes who waits for it, when its count reaches exactly the idle value (spec 2.2). */
export const isIdle = (host: Row, pfn: number): boolean => hosts.refs.at(host, pfn) === kernel.policy.zoneDeviceRefcount.idleRefs;

/** First busy frame of [pfn, end), −1 if none. Goes by runs, never by pages. */
export function firstBusyFrame(host: Row, pfn: number, end: number): number {
  for (let at = pfn; at < end; at = Math.min(hosts.refs.runEnd(host, at), hosts.maps.runEnd(host, at))) {
    if (busyRefs(host, at) !== 0) return at;
  }
  return -1;
}

/** Takes references or pins on a range of frames and notes who keeps them. */
export function takeHold(holder: Row, host: Row, pfn: number, pages: number, how: HoldKind, keeper: Row): void {
  holders.how.set(holder, howWord(how));
  holders.host.set(holder, host);
  holders.pfnFirst.set(holder, pfn);
  holders.pageCount.set(holder, pages);
  holders.keeper.set(holder, keeper);
  holders.owner.set(holder, hosts.owner.at(host, pfn));
  holders.ownerDelta.set(holder, hosts.ownerDelta.at(host, pfn));
  count(host, pfn, pages, how, 1);
  emit(how === 'get' ? 'reference-taken' : 'pin-taken', holder, pfn, pages);
}

/** Turns the plain references of a hold into pins (GF5). */
export function turnIntoPins(holder: Row, how: HoldKind): void {
  if (how === 'get') return;
  const host = holders.host.get(holder);
  const pfn = holders.pfnFirst.get(holder);
  const pages = holders.pageCount.get(holder);
  count(host, pfn, pages, 'get', -1);
  count(host, pfn, pages, how, 1);
  holders.how.set(holder, howWord(how));
  emit('pin-taken', holder, pfn, pages);
}

/** Drops a hold. The put that reaches the idle value wakes waiters and tells the file system of busy extents (B5). */
export function dropHold(holder: Row): void {
  const host = holders.host.get(holder);
  const pfn = holders.pfnFirst.get(holder);
  const pages = holders.pageCount.get(holder);
  count(host, pfn, pages, kindOf(HOW.get(holder)), -1);
  emit('hold-released', holder, pfn, pages);
  for (const column of [HOW, holders.pfnFirst, holders.pageCount, holders.keeper, holders.host, holders.owner, holders.ownerDelta]) column.set(holder, 0);
  freeAnonymous(host, pfn, pages);
  noticeIdle(host, pfn, pages);
}

/** Keeps the first `pages` pages of a hold and drops the rest. */
export function shortenHold(holder: Row, pages: number): void {
  const host = holders.host.get(holder);
  const dropped = holders.pageCount.get(holder) - pages;
  if (dropped === 0) return;
  const pfn = holders.pfnFirst.get(holder) + pages;
  count(host, pfn, dropped, kindOf(HOW.get(holder)), -1);
  holders.pageCount.set(holder, pages);
  emit('hold-released', holder, pfn, dropped);
  freeAnonymous(host, pfn, dropped);
  noticeIdle(host, pfn, dropped);
}

/** Called by every put: pages that became idle are announced, and busy extents among them marked for the worker. */
export function noticeIdle(host: Row, pfn: number, pages: number): void {
  const idleAt = hosts.refs.find(host, pfn, pfn + pages, refs => refs === kernel.policy.zoneDeviceRefcount.idleRefs);
  if (idleAt < 0) return;
  emit('page-idle', idleAt, pages);
  if (hosts.owner.find(host, pfn, pfn + pages, owner => owner === OWNER_BUSY_DAX) < 0) return;
  for (const extent of busyExtents.$.rows(arena)) {
    const first = busyExtents.firstPfn.get(extent);
    const isBusy = busyExtents.state.get(extent) !== 0 && busyExtents.dax.get(extent) === 1;
    if (isBusy && first < pfn + pages && pfn < first + busyExtents.pageCount.get(extent)) busyExtents.idle.set(extent, 1);
  }
}

/** A frame of anonymous memory whose last reference goes is free again. */
export function freeAnonymous(host: Row, pfn: number, pages: number): void {
  for (let at = pfn; at < pfn + pages;) {
    const next = Math.min(pfn + pages, hosts.refs.runEnd(host, at), hosts.anon.runEnd(host, at));
    if (hosts.refs.at(host, at) === 0 && hosts.anon.at(host, at) !== 0) {
      hosts.anon.assign(host, at, next - at, 0);
      hosts.content.assign(host, at, next - at, 0);
    }
    at = next;
  }
}

function count(host: Row, pfn: number, pages: number, how: HoldKind, sign: 1 | -1): void {
  const { pinAccounting } = kernel.policy;
  hosts.refs.add(host, pfn, pages, sign * pinAccounting.refsOf(how));
  hosts.pins.add(host, pfn, pages, sign * pinAccounting.pinsOf(how));
  if (how === 'longterm') hosts.longterm.add(host, pfn, pages, sign);
  if (how === 'get' || !pinAccounting.countsPins) return;
  const counter = sign === 1 ? counters.pinsAcquired : counters.pinsReleased;
  counter.set(counterRow(), counter.get(counterRow()) + pages);
}
