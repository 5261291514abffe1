import { ERRNO } from '@shared/domain/errno';
import { gpuSpaces } from '@shared/state/device-memory-tables';
import type { Row } from '@shared/state/dictionary';
import { intervals } from '@shared/state/notifier-tables';
import { actors, hosts, mappings, processes } from '@shared/state/tables';
import { emit } from '../engine/events';
import { answer, machine } from '../engine/machine';
import { mechanism } from '../engine/mechanism';
import { at, every, frame, pagesAt } from '../engine/place';
import { call, done, fail, site } from '../engine/step';
import { kernel } from '../kernel';
import { LOOKUP_READS, mappingAt, PTE, splitHugeMapping } from './address-space';
import { afterPut, DROP_READS } from './folio-counts';
import { folioAt } from './folios';
import { FREE_TERMS } from './frames';
import { GPU_PTE, mapOnGpu, subscribe, SUBSCRIBE_TERMS } from './gpu-space';
import { endInvalidation, END_READS, END_TERMS, invalidateRange } from './mmu-notifier';
import { pageFault } from './page-fault';

const T = frame('process', 'vpn', 'pages', 'gpu', 'interval', 'host', 'done', 'here', 'pfn', 'errno');

const mmapLock = at(processes.mmapLock, T.process);
const lock = at(intervals.lock, T.interval);
const pte = pagesAt(processes.pte, T.process);
const pfnDelta = pagesAt(processes.pfnDelta, T.process);
const fault = site(pageFault, T.process, T.here, 1, 1, 0);
const invalidate = site(invalidateRange, T.process, T.here, 1, T.gpu);

const self = (): number => actors.nth.get(machine.self) + 1;
const isWritten = (): boolean => pte.at(T.here.v) === PTE.write;
const isSamePage = (): boolean => isWritten() && T.here.v + pfnDelta.at(T.here.v) === T.pfn.v;

/** The reference and the lock that the caller keeps on the folio of the page while it changes hands. */
function hold(): void {
  changeHold(self(), 1);
}

function letGo(): void {
  changeHold(0, -1);
  const { first, pageCount } = folioAt(T.host.v, T.pfn.v);
  afterPut(T.host.v, first, pageCount);
}

function changeHold(locker: number, by: 1 | -1): void {
  const { first, pageCount } = folioAt(T.host.v, T.pfn.v);
  hosts.locked.assign(T.host.v, first, pageCount, locker);
  hosts.refs.add(T.host.v, first, pageCount, by);
  hosts.moving.add(T.host.v, first, pageCount, by);
}

const HOLD_TERMS = every(hosts.locked, hosts.refs, hosts.moving);

/** A page of a range in anonymous memory and writable; the errno otherwise. */
function refusal(): number {
  const mapping = mappingAt(T.process.v, T.here.v);
  if (mapping === 0 || mappings.writable.get(mapping) === 0) return ERRNO.EFAULT;
  return mappings.file.get(mapping) === 0 || isPrivateCopy(mapping) ? 0 : ERRNO.EOPNOTSUPP;
}

const isPrivateCopy = (mapping: Row): boolean => mappings.shared.get(mapping) === 0;

/**
 * make_device_exclusive() of each page of a range, then the device maps it for atomics: the CPU has no access until it faults. A page
 * is locked and referenced only until the device has mapped it. Answers pages; EOPNOTSUPP for memory that is not anonymous.
 */
export const makeExclusive = mechanism({
  name: 'make-exclusive',
  source: 'spec 8.7; mm/rmap.c make_device_exclusive(), lib/test_hmm.c dmirror_exclusive() (6.19)',
  frame: T,
  order: 'MX1 MX2 MX3 MX4 MX5 MX6 MX7 MX8',
  steps: {
    MX1: {
      title: 'take mmap_lock shared', takes: mmapLock, shared: true, costNs: () => kernel.costs.syscallNs, reads: every(intervals.pageCount), writes: SUBSCRIBE_TERMS,
      run: () => {
        T.interval.v = subscribe(T.process.v, T.gpu.v);
        T.host.v = processes.host.get(T.process.v);
      },
    },
    MX2: {
      title: 'get the next page, writable', reads: [pte, pfnDelta, ...LOOKUP_READS, ...every(mappings.file, mappings.shared, mappings.writable)], writes: [...every(processes.huge, hosts.maps, hosts.refs)],
      calls: [fault], to: ['MX3', 'MX4', 'MX8'],
      run: go => {
        T.here.v = T.vpn.v + T.done.v;
        if (T.done.v === T.pages.v) return go.MX8;
        T.errno.v = refusal();
        if (T.errno.v !== 0) return go.MX8;
        if (!isWritten()) return call(fault, go.MX3);
        // FOLL_SPLIT_PMD: exclusive entries are those of single pages.
        if (processes.huge.at(T.process.v, T.here.v) === 1) splitHugeMapping(T.process.v, T.here.v);
        T.pfn.v = T.here.v + pfnDelta.at(T.here.v);
        return go.MX4;
      },
    },
    MX3: {
      title: 'take the fault’s answer', to: ['MX2', 'MX8'],
      run: go => {
        if (answer.result >= 0) return go.MX2;
        T.errno.v = answer.errno;
        return go.MX8;
      },
    },
    MX4: {
      title: 'lock the page', when: () => hosts.locked.at(T.host.v, T.pfn.v) === 0, waitsFor: { kind: 'folio-lock', pfn: 'pfn' }, interruptible: 'kill',
      reads: [pte, pfnDelta, ...every(hosts.locked, hosts.order, actors.dead)], writes: HOLD_TERMS, to: ['MX2', 'MX8'],
      run: go => {
        if (hosts.locked.at(T.host.v, T.pfn.v) !== 0) {
          T.errno.v = ERRNO.EINTR;
          return go.MX8;
        }
        if (!isSamePage()) return go.MX2;
        hold();
      },
    },
    MX5: { title: 'tell who else copied the entry', calls: [invalidate], run: () => call(invalidate) },
    MX6: {
      title: 'still the same page? Then the CPU loses it', reads: [pte, pfnDelta, ...DROP_READS, ...END_READS], writes: [pte, ...HOLD_TERMS, ...END_TERMS, ...FREE_TERMS], to: ['MX2', 'MX7'],
      run: go => {
        endInvalidation(T.process.v);
        if (!isSamePage()) {
          letGo();
          return go.MX2;
        }
        pte.assign(T.here.v, 1, PTE.exclusive);
        return go.MX7;
      },
    },
    MX7: {
      title: 'the device maps the page; unlock it and let go', takes: lock, drops: [lock], reads: DROP_READS, writes: [...every(gpuSpaces.pte, gpuSpaces.pfnDelta), ...HOLD_TERMS, ...FREE_TERMS], to: ['MX2'],
      run: go => {
        mapOnGpu(intervals.subscriber.get(T.interval.v), T.here.v, T.pfn.v, 1, GPU_PTE.atomic);
        letGo();
        emit('page-exclusive', T.gpu.v, T.process.v, T.here.v, T.pfn.v);
        T.done.v += 1;
        return go.MX2;
      },
    },
    MX8: {
      title: 'drop mmap_lock', drops: [mmapLock], to: ['done'],
      run: () => (T.errno.v === 0 ? done(T.done.v) : fail(T.errno.v)),
    },
  },
});
