import { ERRNO } from '@shared/domain/errno';
import { mappings, processes } from '@shared/state/tables';
import type { Row } from '@shared/state/dictionary';
import { PAGE_BYTES } from '@shared/units/pages';
import { answer } from '../engine/machine';
import { mechanism } from '../engine/mechanism';
import { at, every, frame } from '../engine/place';
import { call, done, fail, site } from '../engine/step';
import { kernel } from '../kernel';
import { allows, ENTRY_READS } from './address-space';
import { isDeviceDax, isFsdax, isHugetlb, isRawMemory, isSecretmem } from './gup-rules';
import { pageFault } from './page-fault';
import { isWhollyMapped, mappingsIn, mappingsOf, VMA_TERMS } from './vma';

const T = frame('process', 'vpn', 'pages', 'here', 'run', 'write', 'errno');

const lockedVm = at(processes.lockedVm, T.process);
const mmapLock = at(processes.mmapLock, T.process);
const fault = site(pageFault, T.process, T.here, T.run, T.write, 0);

/** Mappings that are populated but never marked nor counted (mlock_fixup()). */
function isExempt(mapping: Row): boolean {
  const file = mappings.file.get(mapping);
  return isRawMemory(file) || isHugetlb(file) || isFsdax(file) || isDeviceDax(file) || isSecretmem(file);
}

/** Pages of the range that are not locked yet and will count. */
const newlyLocked = (): number => mappingsIn(T.process.v, T.vpn.v, T.pages.v).filter(mapping => mappings.locked.get(mapping) === 0).reduce((sum, mapping) => {
  const first = Math.max(T.vpn.v, mappings.vpnFirst.get(mapping));
  return sum + Math.min(T.vpn.v + T.pages.v, mappings.vpnFirst.get(mapping) + mappings.pageCount.get(mapping)) - first;
}, 0);

/** 0, or why the call may not lock as much (can_do_mlock(), do_mlock()). */
function limitRefusal(): number {
  const limit = processes.memlockLimit.get(T.process.v);
  if (processes.ipcLock.get(T.process.v) === 1 || limit < 0) return 0;
  if (limit === 0) return ERRNO.EPERM;
  return lockedVm.v + newlyLocked() > Math.floor(limit / PAGE_BYTES) ? ERRNO.ENOMEM : 0;
}

/** Finds the next page that is not there as populating wants it: writable where that breaks copy-on-write. −1 refuses, 0 is through. */
function nextMissing(): number {
  for (const mapping of mappingsIn(T.process.v, T.here.v, T.vpn.v + T.pages.v - T.here.v)) {
    const file = mappings.file.get(mapping);
    if (isRawMemory(file)) continue;
    if (isSecretmem(file) || mappings.unreadable.get(mapping) === 1) return -1;
    T.write.v = mappings.writable.get(mapping) === 1 && mappings.shared.get(mapping) === 0 ? 1 : 0;
    const from = Math.max(T.here.v, mappings.vpnFirst.get(mapping));
    const end = Math.min(T.vpn.v + T.pages.v, mappings.vpnFirst.get(mapping) + mappings.pageCount.get(mapping));
    const missing = processes.pte.find(T.process.v, from, end, pte => !allows(pte, T.write.v === 1));
    if (missing >= 0) {
      T.run.v = Math.min(end, processes.pte.runEnd(T.process.v, missing)) - missing;
      return missing;
    }
  }
  return 0;
}

/** mlock(2): marks the mappings, counts their pages (VmLck), and faults them in without keeping any reference. */
export const lockMemory = mechanism({
  name: 'mlock',
  source: 'spec 1.4 Callers, 1.7; mm/mlock.c do_mlock(), mlock_fixup(), mm/gup.c populate_vma_page_range() (6.19)',
  frame: T,
  order: 'ML1 ML2 ML3 ML4 ML5 ML6',
  steps: {
    ML1: { title: 'take mmap_lock exclusive', takes: mmapLock, costNs: () => kernel.costs.syscallNs },
    ML2: {
      title: 'look at the limit, mark the mappings', drops: [mmapLock], to: ['done'], reads: [...VMA_TERMS, lockedVm, ...every(processes.memlockLimit, processes.ipcLock)],
      writes: [...VMA_TERMS, lockedVm],
      run: () => {
        const refusal = limitRefusal();
        if (refusal !== 0) return fail(refusal);
        T.errno.v = isWhollyMapped(T.process.v, T.vpn.v, T.pages.v) ? 0 : ERRNO.ENOMEM;
        for (const mapping of mappingsOf(T.process.v, T.vpn.v, T.pages.v)) {
          if (isExempt(mapping) || mappings.locked.get(mapping) === 1) continue;
          mappings.locked.set(mapping, 1);
          lockedVm.v += mappings.pageCount.get(mapping);
        }
        T.here.v = T.vpn.v;
      },
    },
    ML3: { title: 'take mmap_lock shared', takes: mmapLock, shared: true },
    ML4: {
      title: 'fault a page in', reads: [...VMA_TERMS, ...ENTRY_READS], calls: [fault], to: ['ML6'],
      run: go => {
        const missing = T.errno.v === 0 ? nextMissing() : 0;
        if (missing < 0) T.errno.v = ERRNO.ENOMEM;
        if (missing <= 0) return go.ML6;
        T.here.v = missing;
        return call(fault);
      },
    },
    ML5: {
      title: 'take the fault’s answer', to: ['ML4', 'ML6'],
      run: go => {
        if (answer.result < 0) T.errno.v = ERRNO.ENOMEM;
        return answer.result < 0 ? go.ML6 : go.ML4;
      },
    },
    ML6: { title: 'drop mmap_lock', drops: [mmapLock], to: ['done'], run: () => (T.errno.v === 0 ? done() : fail(T.errno.v)) },
  },
});

const N = frame('process', 'vpn', 'pages');

/** munlock(2). */
export const unlockMemory = mechanism({
  name: 'munlock',
  source: 'mm/mlock.c apply_vma_lock_flags() (6.19)',
  frame: N,
  order: 'MN1 MN2',
  steps: {
    MN1: { title: 'take mmap_lock exclusive', takes: at(processes.mmapLock, N.process), costNs: () => kernel.costs.syscallNs },
    MN2: {
      title: 'take the marks away', drops: [at(processes.mmapLock, N.process)], to: ['done'], reads: [...VMA_TERMS, at(processes.lockedVm, N.process)], writes: [...VMA_TERMS, at(processes.lockedVm, N.process)],
      run: () => {
        for (const mapping of mappingsOf(N.process.v, N.vpn.v, N.pages.v)) {
          if (mappings.locked.get(mapping) === 0) continue;
          mappings.locked.set(mapping, 0);
          processes.lockedVm.set(N.process.v, processes.lockedVm.get(N.process.v) - mappings.pageCount.get(mapping));
        }
        return done();
      },
    },
  },
});
