import { maybeDmaPinned, pinsChange, referencesChange, type PinForm } from '@shared/domain/pin-form';
import { arena } from '@shared/state/arena';
import type { Row } from '@shared/state/dictionary';
import { OWNER_BUSY_DAX } from '@shared/state/owner';
import { busyExtents, counters, holders, hosts } from '@shared/state/tables';
import { emit } from '../engine/events';
import { every } from '../engine/place';
import { kernel } from '../kernel';
import type { HoldKind } from '../policies/policy';
import { DEVICE_PUT_READS, DEVICE_PUT_TERMS, freeIfIdle } from './device-memory';
import { forEachFolioRun, splitIdleFolios, unpinNs } from './folios';
import { FREE_TERMS, freeIfUnused } from './frames';
import { isFsdaxFrame, isZeroFrame, memoryAt } from './memory-types';
import { afterZoneDevicePut, noteUse, USE_READS, USE_TERMS, ZONE_PUT_READS, ZONE_PUT_TERMS } from './pgmap';

const HOLDER_TERMS = every(holders.how, holders.pfnFirst, holders.pageCount, holders.keeper, holders.owner, holders.ownerDelta);
/** What {@link takeHold} reads and writes. */
export const TAKE_READS = [...every(hosts.owner, hosts.ownerDelta, hosts.order), ...USE_READS];
export const TAKE_TERMS = [...HOLDER_TERMS, ...every(hosts.refs, hosts.pins, hosts.longterm), ...USE_TERMS];
/** What {@link turnIntoPins} reads and writes. */
export const TURN_READS = [...every(holders.pfnFirst, holders.pageCount, hosts.order), ...USE_READS];
export const TURN_TERMS = [...every(holders.how, hosts.refs, hosts.pins, hosts.longterm), ...USE_TERMS];
/** What {@link dropHold} reads and writes. */
export const DROP_READS = [...every(hosts.owner, hosts.order, busyExtents.state, busyExtents.pageCount, busyExtents.dax), ...ZONE_PUT_READS, ...DEVICE_PUT_READS];
export const DROP_TERMS = [...TAKE_TERMS, ...every(busyExtents.idle), ...FREE_TERMS, ...ZONE_PUT_TERMS, ...DEVICE_PUT_TERMS];

export const counterRow = (): Row => counters.$.row(0);

const HOW = holders.how;
const HOW_NAMES: readonly HoldKind[] = ['get', 'pin', 'longterm'];

/** The word for a kind of hold. */
export const howWord = (how: HoldKind): number => HOW.valueOf(how);
const kindOf = (word: number): HoldKind => HOW_NAMES[word - 1];

/** How a pin of a folio is counted. */
export const pinFormOf = (isLarge: boolean): PinForm => (isLarge ? kernel.policy.pinAccounting.largePin : kernel.policy.pinAccounting.smallPin);

/** folio_maybe_dma_pinned(). */
export const isMaybePinned = (host: Row, pfn: number): boolean => maybeDmaPinned(pinFormOf(hosts.order.at(host, pfn) > 0), hosts.refs.at(host, pfn), hosts.pins.at(host, pfn));

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
    if (busyRefs(host, at) > 0) return at;
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
  countHolds(host, pfn, pages, how, 1);
  emit(how === 'get' ? 'reference-taken' : 'pin-taken', holder, pfn, pages);
}

/** Turns the plain references of a hold into pins (GF5). */
export function turnIntoPins(holder: Row, how: HoldKind): void {
  if (how === 'get') return;
  const host = holders.host.get(holder);
  const pfn = holders.pfnFirst.get(holder);
  const pages = holders.pageCount.get(holder);
  countHolds(host, pfn, pages, 'get', -1);
  countHolds(host, pfn, pages, how, 1);
  holders.how.set(holder, howWord(how));
  emit('pin-taken', holder, pfn, pages);
}

/**
 * Drops a hold. The put that reaches the idle value wakes waiters and tells the file system of busy extents (B5). `as` is how it is
 * released: another kind than it was taken as is the bug of a driver, and the counts show it (spec 1.8); null releases nothing.
 * Answers the time that it takes.
 */
export function dropHold(holder: Row, as: HoldKind | null = kindOf(HOW.get(holder))): number {
  const host = holders.host.get(holder);
  const pfn = holders.pfnFirst.get(holder);
  const pages = holders.pageCount.get(holder);
  const ns = unpinNs(host, pfn, pages);
  if (as !== null) countHolds(host, pfn, pages, as, -1);
  emit('hold-released', holder, pfn, pages);
  for (const column of [HOW, holders.pfnFirst, holders.pageCount, holders.keeper, holders.host, holders.owner, holders.ownerDelta, holders.vpnFirst]) column.set(holder, 0);
  afterPut(host, pfn, pages);
  afterLastHold(host, pfn, pages);
  return ns;
}

/** Drops what nobody has taken: the put or the unpin of a completion that takes pages for its own. */
export function dropUnheld(host: Row, pfn: number, pages: number, as: HoldKind): void {
  if (as !== 'get' && isZeroFrame(pfn) && !kernel.policy.knobs.zeroPagePinCounted) return;
  countHolds(host, pfn, pages, as, -1);
  emit('unheld-released', pfn, pages);
  afterPut(host, pfn, pages);
}

/** Keeps the first `pages` pages of a hold and drops the rest. */
export function shortenHold(holder: Row, pages: number): void {
  const host = holders.host.get(holder);
  const dropped = holders.pageCount.get(holder) - pages;
  if (dropped === 0) return;
  const pfn = holders.pfnFirst.get(holder) + pages;
  countHolds(host, pfn, dropped, kindOf(HOW.get(holder)), -1);
  holders.pageCount.set(holder, pages);
  emit('hold-released', holder, pfn, dropped);
  afterPut(host, pfn, dropped);
  afterLastHold(host, pfn, dropped);
}

/** What {@link splitHold} reads and writes. */
export const SPLIT_TERMS = [...HOLDER_TERMS, ...every(holders.host)];

/** Makes two holds of one: the first keeps its first `pages` pages, `behind` names the rest. Nothing is counted. */
export function splitHold(holder: Row, pages: number, behind: Row): void {
  for (const column of [holders.how, holders.keeper, holders.host, holders.owner, holders.ownerDelta]) column.set(behind, column.get(holder));
  holders.pfnFirst.set(behind, holders.pfnFirst.get(holder) + pages);
  holders.pageCount.set(behind, holders.pageCount.get(holder) - pages);
  holders.pageCount.set(holder, pages);
}

/** What follows a put, by the type of memory: RAM without references is free again, a DAX page may have become idle. */
export function afterPut(host: Row, pfn: number, pages: number): void {
  if (isZeroFrame(pfn)) return;
  switch (memoryAt(pfn).type) {
    case 'normal': freeIfUnused(host, pfn, pages); break;
    case 'fsdax':
      noticeIdle(host, pfn, pages);
      if (kernel.policy.zoneDeviceRefcount.pagesHoldPgmap) afterZoneDevicePut(host, pfn, pages);
      break;
    case 'private': case 'coherent':
      freeIfIdle(host, pfn, pages);
      if (kernel.policy.zoneDeviceRefcount.pagesHoldPgmap) afterZoneDevicePut(host, pfn, pages);
      break;
    default: afterZoneDevicePut(host, pfn, pages);
  }
}

/** Frames that a file had as one folio, and that a hold outlived the file’s entry for, are single pages again. */
function afterLastHold(host: Row, pfn: number, pages: number): void {
  if (kernel.policy.zoneDeviceRefcount.pmdEntryIsFolio && isFsdaxFrame(pfn)) splitIdleFolios(host, pfn, pages);
}

/** Pages that became idle are announced, and busy extents among them marked for the worker. */
function noticeIdle(host: Row, pfn: number, pages: number): void {
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

/** Adds (or takes away) one hold of each page of a range to the counts of its folios, and to the vm counters. */
export function countHolds(host: Row, pfn: number, pages: number, how: HoldKind, sign: 1 | -1): void {
  noteUse(pfn);
  forEachFolioRun(host, pfn, pages, (first, frameCount, touched, isLarge) => {
    if (how === 'get') hosts.refs.add(host, first, frameCount, referencesChange(sign * touched).refs);
    else addPins(host, first, frameCount, sign * touched, pinFormOf(isLarge));
  });
  if (how === 'longterm') hosts.longterm.add(host, pfn, pages, sign);
  if (how === 'get' || !kernel.policy.pinAccounting.countsPins) return;
  const counter = sign === 1 ? counters.pinsAcquired : counters.pinsReleased;
  counter.set(counterRow(), counter.get(counterRow()) + pages);
}

function addPins(host: Row, first: number, frameCount: number, pins: number, form: PinForm): void {
  for (let at = first; at < first + frameCount;) {
    const next = Math.min(first + frameCount, hosts.pins.runEnd(host, at));
    const change = pinsChange(form, pins, hosts.pins.at(host, at));
    hosts.refs.add(host, at, next - at, change.refs);
    hosts.pins.add(host, at, next - at, change.pins);
    at = next;
  }
}
