import { ERRNO } from '@shared/domain/errno';
import { gpuSpaces, rangeWalks } from '@shared/state/device-memory-tables';
import { intervals } from '@shared/state/notifier-tables';
import { actors, hosts, mappings, processes } from '@shared/state/tables';
import { emit } from '../engine/events';
import { answer, machine } from '../engine/machine';
import { mechanism } from '../engine/mechanism';
import { at, every, frame } from '../engine/place';
import { call, done, fail, site } from '../engine/step';
import { kernel } from '../kernel';
import { ENTRY_READS, entryRun, LOOKUP_READS, mappingAt, PTE } from './address-space';
import { gpuOfFrame } from './device-memory';
import { GPU_PTE, mapOnGpu, subscribe, SUBSCRIBE_TERMS } from './gpu-space';
import { beginReading, mustReadAgain } from './mmu-notifier';
import { pageFault } from './page-fault';
import { pieceOf } from './pieces';

/** HMM_RANGE_DEFAULT_TIMEOUT (include/linux/hmm.h); in microseconds it fits a word. */
const BUDGET_US = 1_000_000;
const NS_PER_US = 1000;

const T = frame('process', 'vpn', 'pages', 'write', 'gpu', 'interval', 'startedUs', 'spentUs', 'here', 'run', 'errno', 'walk');

const mmapLock = at(processes.mmapLock, T.process);
const lock = at(intervals.lock, T.interval);
const reading = at(intervals.reading, T.interval);
const invalid = at(intervals.invalid, T.interval);
const fault = site(pageFault, T.process, T.here, T.run, T.write, 0);

const nowUs = (): number => Math.floor(kernel.nowNs / NS_PER_US);
const end = (): number => T.vpn.v + T.pages.v;

/** What the device may do with a page as it is; none where it has to be faulted first. A page of the device itself is there already. */
function usable(pte: number, pfn: number): number {
  switch (pte) {
    case PTE.write: return GPU_PTE.write;
    case PTE.read: return T.write.v === 1 ? GPU_PTE.none : GPU_PTE.read;
    case PTE.zero: return T.write.v === 1 ? GPU_PTE.none : GPU_PTE.read;
    case PTE.privateWrite: return gpuOfFrame(pfn) === T.gpu.v ? GPU_PTE.write : GPU_PTE.none;
    case PTE.privateRead: return gpuOfFrame(pfn) === T.gpu.v && T.write.v === 0 ? GPU_PTE.read : GPU_PTE.none;
    default: return GPU_PTE.none;
  }
}

/** Whether the range may be asked for at all here (hmm_vma_walk_test(), hmm_vma_fault()). */
function refusal(): number {
  const mapping = mappingAt(T.process.v, T.here.v);
  if (mapping === 0 || mappings.unreadable.get(mapping) === 1) return ERRNO.EFAULT;
  return T.write.v === 1 && mappings.writable.get(mapping) === 0 ? ERRNO.EPERM : 0;
}

/** Walks on while nothing has to be faulted. Answers whether the walk is over. */
function walk(): boolean {
  while (T.here.v < end()) {
    const run = entryRun(T.process.v, T.here.v, end());
    const pte = usable(run.pte, run.pfn);
    T.errno.v = refusal();
    const mapping = mappingAt(T.process.v, T.here.v);
    T.run.v = T.errno.v !== 0 ? 1 : Math.min(run.pages, mappings.vpnFirst.get(mapping) + mappings.pageCount.get(mapping) - T.here.v);
    if (T.errno.v !== 0 || pte === GPU_PTE.none) return T.errno.v !== 0;
    rangeWalks.pte.assign(T.walk.v, T.here.v, T.run.v, pte);
    // The zero page is no frame of the lab.
    rangeWalks.pfnDelta.assign(T.walk.v, T.here.v, T.run.v, run.pte === PTE.zero ? -T.here.v : run.pfn - run.vpn);
    T.here.v += T.run.v;
  }
  return true;
}

function forget(): void {
  rangeWalks.pte.assign(T.walk.v, T.vpn.v, T.pages.v, 0);
  rangeWalks.pfnDelta.assign(T.walk.v, T.vpn.v, T.pages.v, 0);
}

/** What was found becomes the page table of the device. */
function commit(): void {
  for (let vpn = T.vpn.v; vpn < end();) {
    const next = Math.min(end(), rangeWalks.pte.runEnd(T.walk.v, vpn), rangeWalks.pfnDelta.runEnd(T.walk.v, vpn));
    mapOnGpu(intervals.subscriber.get(T.interval.v), vpn, vpn + rangeWalks.pfnDelta.at(T.walk.v, vpn), next - vpn, rangeWalks.pte.at(T.walk.v, vpn));
    vpn = next;
  }
  emit('device-mapped', T.gpu.v, T.process.v, T.vpn.v, T.pages.v);
}

/**
 * hmm_range_fault() as a driver uses it: read the page tables without holding any page, and commit only if no invalidation came between.
 * Answers 0. EFAULT where nothing (so) is mapped, EPERM for a write of memory that may only be read, EBUSY when the time is up.
 */
export const hmmRangeFault = mechanism({
  name: 'hmm-range-fault',
  source: 'spec 8.9; mm/hmm.c hmm_range_fault(), lib/test_hmm.c dmirror_range_fault() (6.19)',
  frame: T,
  order: 'HR0 HR1 HR2 HR3 HR4 HR5 HR6 HR7',
  steps: {
    HR0: {
      title: 'the time that it may take', reads: every(intervals.pageCount), writes: SUBSCRIBE_TERMS,
      run: () => {
        T.interval.v = subscribe(T.process.v, T.gpu.v);
        T.walk.v = rangeWalks.$.row(actors.nth.get(machine.self));
        T.startedUs.v = nowUs();
      },
    },
    HR1: {
      title: 'begin to read, once no invalidation is going on', beginsRound: true, when: () => invalid.v === 0, waitsFor: { kind: 'invalidation', interval: 'interval' },
      reads: [invalid, reading], writes: [reading], to: ['done'],
      run: () => {
        T.spentUs.v = nowUs() - T.startedUs.v;
        if (T.spentUs.v >= BUDGET_US) return fail(ERRNO.EBUSY);
        beginReading(T.interval.v);
        T.here.v = T.vpn.v;
      },
    },
    HR2: { title: 'take mmap_lock shared', takes: mmapLock, shared: true },
    HR3: {
      title: 'walk the page tables; fault in what is not there', calls: [fault], to: ['HR5'],
      reads: [...ENTRY_READS, ...LOOKUP_READS, ...every(mappings.writable, mappings.unreadable, hosts.use)], writes: every(rangeWalks.pte, rangeWalks.pfnDelta),
      run: go => {
        if (walk()) return go.HR5;
        T.run.v = pieceOf(T.pages.v, end() - T.here.v, T.run.v);
        return call(fault);
      },
    },
    HR4: {
      title: 'look at the page again after its fault', to: ['HR3', 'HR5'], costNs: () => kernel.costs.faultNs,
      run: go => {
        T.errno.v = answer.result < 0 ? ERRNO.EFAULT : 0;
        return T.errno.v === 0 ? go.HR3 : go.HR5;
      },
    },
    HR5: {
      title: 'drop mmap_lock', drops: [mmapLock], writes: [reading, ...every(rangeWalks.pte, rangeWalks.pfnDelta)], reads: [reading], to: ['HR6', 'done'],
      run: go => {
        if (T.errno.v === 0) return go.HR6;
        mustReadAgain(T.interval.v);
        forget();
        return fail(T.errno.v);
      },
    },
    HR6: { title: 'take the lock of the driver', takes: lock },
    HR7: {
      title: 'did an invalidation come between? Else commit', drops: [lock], reads: [reading, ...every(rangeWalks.pte, rangeWalks.pfnDelta)],
      writes: [reading, ...every(gpuSpaces.pte, gpuSpaces.pfnDelta, rangeWalks.pte, rangeWalks.pfnDelta)], to: ['HR1', 'done'],
      run: go => {
        const again = mustReadAgain(T.interval.v);
        if (!again) commit();
        else emit('device-retries', T.gpu.v, T.process.v, T.vpn.v);
        forget();
        return again ? go.HR1 : done();
      },
    },
  },
});
