import { ERRNO } from '@shared/domain/errno';
import { files, filesystems, mappings, processes } from '@shared/state/tables';
import { answer } from '../engine/machine';
import { mechanism } from '../engine/mechanism';
import { every, frame, pagesAt } from '../engine/place';
import { call, done, fail, site, type Next } from '../engine/step';
import { kernel } from '../kernel';
import { isMigrating, isPrivateEntry, LOOKUP_READS, mappingAt, mapsFrame, PTE } from './address-space';
import { anonymousFault } from './anonymous-fault';
import { cowFault } from './cow-fault';
import { cacheFault } from './cache-fault';
import { deviceFault } from './device-fault';
import { exclusiveFault } from './exclusive-fault';
import { endInvalidation, END_READS, END_TERMS, invalidateRange, isWatched, WATCH_READS } from './mmu-notifier';
import { isFsdaxFrame } from './memory-types';
import { deviceDaxFault, isDeviceDax } from './device-dax';

const T = frame('process', 'vpn', 'pages', 'write', 'force', 'mapping', 'told');

const P2PMEM = filesystems.type.valueOf('p2pmem');

const anonymous = site(anonymousFault, T.process, T.vpn, T.pages, T.write, T.mapping);
const cow = site(cowFault, T.process, T.vpn, T.pages, T.mapping);
const device = site(deviceFault, T.process, T.vpn);
const exclusive = site(exclusiveFault, T.process, T.vpn);
const tell = site(invalidateRange, T.process, T.vpn, T.pages, 0);
const cache = site(cacheFault, T.process, T.vpn, T.pages, T.write, T.mapping);
const dax = site(() => kernel.policy.daxFault.fault, T.process, T.vpn, T.pages, T.write, T.mapping);
const deviceDax = site(deviceDaxFault, T.process, T.vpn, T.pages, T.mapping);
const pte = pagesAt(processes.pte, T.process);
const pfnDelta = pagesAt(processes.pfnDelta, T.process);

/** Whether a write concerns only the process: the page is there already and private, or the zero page in its own memory. A DAX page is copied under its entry's lock. */
function isPrivatePage(): boolean {
  const entry = pte.at(T.vpn.v);
  if (entry === PTE.none || mappings.shared.get(T.mapping.v) === 1) return false;
  return mappings.file.get(T.mapping.v) === 0 || (mapsFrame(entry) && !isFsdaxFrame(T.vpn.v + pfnDelta.at(T.vpn.v)));
}

/** Whether the fault puts another page in the place of one that is mapped: a write of private memory. */
const replacesEntry = (): boolean => T.write.v === 1 && pte.at(T.vpn.v) !== PTE.none && mappings.shared.get(T.mapping.v) === 0 && !isGone();

/** Memory that is gone, or was mapped when the mapping was made and never comes back (spec 2.6, 7.1). */
function isGone(): boolean {
  const file = mappings.file.get(T.mapping.v);
  return file !== 0 && (filesystems.lost.get(files.fs.get(file)) === 1 || filesystems.type.get(files.fs.get(file)) === P2PMEM);
}

/** What brings in a page that is not there: anonymous memory, page cache, DAX; what is gone, nothing. */
function bringIn(then: Next): Next {
  const file = mappings.file.get(T.mapping.v);
  if (file === 0) return call(anonymous, then);
  if (isGone()) return fail(ERRNO.EFAULT);
  if (isDeviceDax(file)) return call(deviceDax, then);
  return call(files.dax.get(file) === 0 ? cache : dax, then);
}

/**
 * handle_mm_fault(): the mapping decides how its pages come in. The caller holds mmap_lock shared. `force` writes where the
 * mapping does not allow it, in a copy of its own (FOLL_FORCE, FAULT_FLAG_UNSHARE). EFAULT stands for SIGBUS and SIGSEGV.
 */
export const pageFault = mechanism({
  name: 'page-fault',
  source: 'mm/memory.c handle_mm_fault(), migration_entry_wait() (6.19)',
  frame: T,
  order: 'PF0 PF1 PF1c PF2',
  steps: {
    PF0: {
      title: 'wait until the page is not on its way to another place', when: () => !isMigrating(pte.at(T.vpn.v)), waitsFor: { kind: 'migration', process: 'process', vpn: 'vpn' }, reads: [pte],
    },
    PF1: {
      title: 'find the mapping', reads: [...LOOKUP_READS, ...WATCH_READS, pte, pfnDelta, ...every(mappings.writable, mappings.shared, mappings.file, filesystems.lost)], calls: [anonymous, cow, cache, dax, deviceDax, device, exclusive, tell], to: ['PF1c', 'PF2', 'done'],
      run: go => {
        T.mapping.v = mappingAt(T.process.v, T.vpn.v);
        if (T.mapping.v === 0) return fail(ERRNO.EFAULT);
        if (T.write.v === 1 && T.force.v === 0 && mappings.writable.get(T.mapping.v) === 0) return fail(ERRNO.EFAULT);
        if (isPrivateEntry(pte.at(T.vpn.v))) return call(device, go.PF2);
        if (pte.at(T.vpn.v) === PTE.exclusive) return call(exclusive, go.PF2);
        if (replacesEntry() && isWatched(T.process.v)) {
          T.told.v = 1;
          return call(tell);
        }
        return T.write.v === 0 || !isPrivatePage() ? bringIn(go.PF2) : call(cow, go.PF2);
      },
    },
    PF1c: {
      title: 'copy, now that whoever copied the entry knows', reads: [pte, pfnDelta, ...every(mappings.shared, mappings.file, filesystems.lost)], calls: [cow, cache, dax, deviceDax], to: ['PF2'],
      run: go => (isPrivatePage() ? call(cow, go.PF2) : bringIn(go.PF2)),
    },
    PF2: {
      title: 'answer the fault', reads: END_READS, writes: END_TERMS, to: ['done'],
      run: () => {
        if (T.told.v === 1) endInvalidation(T.process.v);
        return answer.result < 0 ? fail(answer.errno) : done();
      },
    },
  },
});
