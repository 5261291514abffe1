import { arena } from '@shared/state/arena';
import { gpuJobs, gpuSpaces } from '@shared/state/device-memory-tables';
import type { Row } from '@shared/state/dictionary';
import { intervals, notifiers } from '@shared/state/notifier-tables';
import { actors, processes } from '@shared/state/tables';
import { regions } from '@shared/state/rdma-tables';
import { machine } from '../engine/machine';
import { mechanism } from '../engine/mechanism';
import { at, every, frame, pagesAt } from '../engine/place';
import { call, done, site } from '../engine/step';
import { kernel } from '../kernel';
import { pmdEnd, pmdFirst } from './folios';
import { NIC_TERMS, zapForNic } from './nic-table';

/** What {@link isWatched} reads. */
export const WATCH_READS = every(intervals.pageCount);
/** What {@link endInvalidation} reads and writes. */
export const END_READS = every(intervals.pageCount);
export const END_TERMS = every(notifiers.active, intervals.invalid);

const ofProcess = (process: Row): readonly Row[] => intervals.$.rows(arena).filter(row => intervals.process.get(row) === process && intervals.pageCount.get(row) > 0);

/** Whether anybody has to be told before page-table entries of an address space change. */
export const isWatched = (process: Row): boolean => ofProcess(process).length > 0;

const overlaps = (interval: Row, vpn: number, pages: number): boolean =>
  intervals.vpnFirst.get(interval) < vpn + pages && vpn < intervals.vpnFirst.get(interval) + intervals.pageCount.get(interval);

/** Intervals on a range, in the order of their rows; not those of the device whose own doing it is. */
const toTell = (process: Row, vpn: number, pages: number, owner: Row): readonly Row[] =>
  ofProcess(process).filter(row => overlaps(row, vpn, pages) && (owner === 0 || ownerOf(row) !== owner));

/** The GPU that an interval belongs to; 0 for other subscribers. */
function ownerOf(interval: Row): Row {
  const subscriber = intervals.subscriber.get(interval);
  return arena.w[subscriber] === gpuSpaces.$.id ? gpuSpaces.gpu.get(subscriber) : 0;
}

/** invalidate_end of a range that {@link invalidateRange} was called for: the last one that is active lets readers go on. */
export function endInvalidation(process: Row): void {
  const notifier = notifiers.$.row(process);
  notifiers.active.set(notifier, notifiers.active.get(notifier) - 1);
  if (notifiers.active.get(notifier) > 0) return;
  for (const interval of ofProcess(process)) intervals.invalid.set(interval, 0);
}

const bit = (): number => 1 << actors.nth.get(machine.self);

/** mmu_interval_read_begin(), where its wait is over. */
export function beginReading(interval: Row): void {
  intervals.reading.set(interval, intervals.reading.get(interval) | bit());
}

/** mmu_interval_read_retry(): whether an invalidation collided with what was read since. Ends the reading. */
export function mustReadAgain(interval: Row): boolean {
  const reading = intervals.reading.get(interval);
  intervals.reading.set(interval, reading & ~bit());
  return (reading & bit()) === 0;
}

const U = frame('interval', 'vpn', 'pages');

const lock = at(intervals.lock, U.interval);
const invalid = at(intervals.invalid, U.interval);
const reading = at(intervals.reading, U.interval);

const touchesRange = (job: Row): boolean => gpuJobs.inflightPages.get(job) > 0
  && gpuJobs.inflightVpn.get(job) < U.vpn.v + U.pages.v && U.vpn.v < gpuJobs.inflightVpn.get(job) + gpuJobs.inflightPages.get(job);

/** The on-demand registration that subscribed; 0 for other subscribers. */
function registration(): Row {
  const subscriber = intervals.subscriber.get(U.interval.v);
  return arena.w[subscriber] === regions.$.id ? subscriber : 0;
}

/** A NIC loses its entries once no access of it is under way; what the range held is dirty then if the NIC could write it (OI4). */
function takeFromNic(): void {
  const mr = registration();
  if (mr === 0) return;
  const first = Math.max(0, U.vpn.v - regions.vpnFirst.get(mr));
  const end = Math.min(regions.pageCount.get(mr), U.vpn.v + U.pages.v - regions.vpnFirst.get(mr));
  zapForNic(mr, first, end - first);
}

/** Whether the GPU is using the range through the page table that is being cleared. */
const isInUse = (): boolean => (registration() !== 0 && regions.inflight.get(registration()) > 0) || gpuJobs.$.rows(arena).some(job => gpuJobs.space.get(job) === intervals.subscriber.get(U.interval.v) && touchesRange(job));

/** Tells one subscriber that a range of its interval changes: it drops its own entries, under its lock, and waits until nothing uses them. */
export const tellSubscriber = mechanism({
  name: 'interval-invalidate',
  source: 'spec 8.9, 6.7 OI1–OI4; mm/mmu_notifier.c mn_itree_invalidate(), lib/test_hmm.c dmirror_interval_invalidate() (6.19)',
  frame: U,
  order: 'OI1 OI2 OI3',
  steps: {
    OI1: { title: 'take the lock of the subscriber', takes: lock },
    OI2: {
      title: 'readers start over; the device drops its entries', reads: [reading, ...every(notifiers.active)], writes: [invalid, reading, ...every(gpuSpaces.pte, gpuSpaces.pfnDelta)],
      run: () => {
        invalid.v = notifiers.active.get(notifiers.$.row(intervals.process.get(U.interval.v))) > 0 ? 1 : 0;
        reading.v = 0;
        const subscriber = intervals.subscriber.get(U.interval.v);
        if (arena.w[subscriber] !== gpuSpaces.$.id) return;
        gpuSpaces.pte.assign(subscriber, U.vpn.v, U.pages.v, 0);
        gpuSpaces.pfnDelta.assign(subscriber, U.vpn.v, U.pages.v, 0);
      },
    },
    OI3: {
      title: 'wait until the device uses none of them', when: () => !kernel.policy.knobs.invalidateWaitsForDevice || !isInUse(), waitsFor: { kind: 'device-access', interval: 'interval' },
      reads: every(gpuJobs.inflightPages, gpuJobs.inflightVpn, gpuJobs.space, regions.inflight, regions.pageCount, regions.vpnFirst), writes: NIC_TERMS, drops: [lock], to: ['done'],
      run: () => {
        takeFromNic();
        return done();
      },
    },
  },
});

const T = frame('process', 'vpn', 'pages', 'owner', 'interval', 'nth');

const tell = site(tellSubscriber, T.interval, T.vpn, T.pages);

/** A PMD that reaches over an edge of the range is split or taken away whole: all of its 2 MiB are told of (__split_huge_pmd()). */
function widenToPmds(): void {
  const end = T.vpn.v + T.pages.v;
  const first = processes.huge.at(T.process.v, T.vpn.v) === 1 ? pmdFirst(T.vpn.v) : T.vpn.v;
  T.pages.v = (processes.huge.at(T.process.v, end - 1) === 1 ? pmdEnd(end) : end) - first;
  T.vpn.v = first;
}

/**
 * invalidate_start of a range: every subscriber that copied its page-table entries is told before they change. `owner` is a GPU that
 * need not be told of what it does itself. The caller changes the entries, then calls {@link endInvalidation}.
 */
export const invalidateRange = mechanism({
  name: 'mmu-invalidate',
  source: 'spec 8.9; mm/mmu_notifier.c __mmu_notifier_invalidate_range_start() (6.19)',
  frame: T,
  order: 'NI1 NI2',
  steps: {
    NI1: {
      title: 'an invalidation is going on', reads: [pagesAt(processes.huge, T.process), ...every(notifiers.active)], writes: every(notifiers.active),
      run: () => {
        widenToPmds();
        const notifier = notifiers.$.row(T.process.v);
        notifiers.active.set(notifier, notifiers.active.get(notifier) + 1);
        notifiers.begun.set(notifier, notifiers.begun.get(notifier) + 1);
      },
    },
    NI2: {
      title: 'tell the next subscriber', reads: every(intervals.pageCount), calls: [tell], to: ['NI2', 'done'],
      run: go => {
        const told = toTell(T.process.v, T.vpn.v, T.pages.v, T.owner.v);
        T.interval.v = told[T.nth.v] ?? 0;
        T.nth.v += 1;
        return T.interval.v === 0 ? done() : call(tell, go.NI2);
      },
    },
  },
});

