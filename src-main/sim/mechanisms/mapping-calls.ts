import { ERRNO } from '@shared/domain/errno';
import { files, filesystems, hosts, mappings, processes } from '@shared/state/tables';
import { descriptors } from '@shared/state/vfs-tables';
import { mechanism } from '../engine/mechanism';
import { at, every, frame } from '../engine/place';
import { call, done, fail, site } from '../engine/step';
import { kernel } from '../kernel';
import { ENTRY_READS, forEachEntry, mapsFrame, PTE, PTE_TERMS, splitHugeEdges } from './address-space';
import { endInvalidation, END_READS, END_TERMS, invalidateRange, isWatched, WATCH_READS } from './mmu-notifier';
import { dropLooseFiles, hasLooseFiles, LOOSE_READS } from './put-file';
import { DEVICE_DAX_READS, mmapRefusal, SPLIT_READS, splitAlignment, splitRefusal } from './device-dax';
import { isWhollyMapped, mappingsIn, mappingsOf, REMOVE_READS, REMOVE_TERMS, removeRange, VMA_TERMS } from './vma';

/** Bits of the argument `traits` of {@link mapMemory}. */
export const MAP_TRAITS = { writable: 1, unreadable: 2, shared: 4, huge: 8, sync: 16, fixed: 32, validate: 64, unknown: 128 } as const;

/** `descriptor` is what the file is mapped through; 0 if it is opened for the mapping alone. */
const M = frame('process', 'mapping', 'file', 'fileFirst', 'vpn', 'pages', 'traits', 'numaNode', 'descriptor', 'told');
const tellReplaced = site(invalidateRange, M.process, M.vpn, M.pages, 0);
const has = (trait: number): 0 | 1 => ((M.traits.v & trait) === 0 ? 0 : 1);

/** File systems that know MAP_SYNC: they refuse it where the file is not DAX, however it is asked for (spec 3.6). */
const KNOWS_SYNC: ReadonlySet<number> = new Set(['xfs', 'ext4', 'devdax'].map(type => filesystems.type.valueOf(type)));

function refusesFlags(): boolean {
  const knowsSync = KNOWS_SYNC.has(filesystems.type.get(files.fs.get(M.file.v)));
  if (has(MAP_TRAITS.validate) === 1 && (has(MAP_TRAITS.unknown) === 1 || (has(MAP_TRAITS.sync) === 1 && !knowsSync))) return true;
  return has(MAP_TRAITS.sync) === 1 && knowsSync && files.dax.get(M.file.v) === 0;
}

/** mmap(2) at the address the lab gives the mapping; MAP_FIXED takes away what was there. */
export const mapMemory = mechanism({
  name: 'mmap',
  source: 'mm/mmap.c do_mmap() (6.19)',
  frame: M,
  order: 'MM1 MM2',
  steps: {
    MM1: {
      title: 'take mmap_lock exclusive; tell who copied what was there', takes: at(processes.mmapLock, M.process), reads: WATCH_READS, calls: [tellReplaced], costNs: () => kernel.costs.syscallNs,
      run: () => {
        M.told.v = has(MAP_TRAITS.fixed) === 1 && isWatched(M.process.v) ? 1 : 0;
        return M.told.v === 1 ? call(tellReplaced) : undefined;
      },
    },
    MM2: {
      title: 'insert the mapping', drops: [at(processes.mmapLock, M.process)], writes: [...VMA_TERMS, ...REMOVE_TERMS, ...END_TERMS], to: ['done'],
      reads: [...VMA_TERMS, ...REMOVE_READS, ...END_READS, ...DEVICE_DAX_READS, ...SPLIT_READS, at(descriptors.open, M.descriptor), at(files.links, M.file), at(files.dax, M.file), at(files.fs, M.file), ...every(filesystems.type)],
      run: () => {
        if (M.told.v === 1) endInvalidation(M.process.v);
        const refused = mmapRefusal(M.file.v, has(MAP_TRAITS.shared) === 1, M.vpn.v, M.fileFirst.v, M.pages.v);
        if (refused !== 0) return fail(refused);
        if (M.file.v !== 0 && M.fileFirst.v % splitAlignment(M.file.v) !== 0) return fail(ERRNO.EINVAL);
        if (has(MAP_TRAITS.fixed) === 1 && splitRefusal(M.process.v, M.vpn.v, M.pages.v) !== 0) return fail(ERRNO.EINVAL);
        if (has(MAP_TRAITS.fixed) === 1) removeRange(M.process.v, M.vpn.v, M.pages.v);
        if (mappings.pageCount.get(M.mapping.v) > 0 || mappingsIn(M.process.v, M.vpn.v, M.pages.v).length > 0) return fail(ERRNO.EBUSY);
        if (M.descriptor.v !== 0 && descriptors.open.get(M.descriptor.v) === 0) return fail(ERRNO.EBADF);
        if (M.descriptor.v === 0 && M.file.v !== 0 && files.links.get(M.file.v) === 0) return fail(ERRNO.ENOENT);
        if (M.file.v !== 0 && refusesFlags()) return fail(ERRNO.EOPNOTSUPP);
        mappings.open.set(M.mapping.v, M.descriptor.v === 0 ? 0 : descriptors.open.get(M.descriptor.v));
        mappings.pageCount.set(M.mapping.v, M.pages.v);
        mappings.file.set(M.mapping.v, M.file.v);
        mappings.fileFirst.set(M.mapping.v, M.fileFirst.v);
        mappings.vpnFirst.set(M.mapping.v, M.vpn.v);
        mappings.writable.set(M.mapping.v, has(MAP_TRAITS.writable));
        mappings.unreadable.set(M.mapping.v, has(MAP_TRAITS.unreadable));
        mappings.shared.set(M.mapping.v, has(MAP_TRAITS.shared));
        mappings.huge.set(M.mapping.v, has(MAP_TRAITS.huge));
        mappings.sync.set(M.mapping.v, has(MAP_TRAITS.sync));
        mappings.numaNode.set(M.mapping.v, M.numaNode.v);
        return done();
      },
    },
  },
});

const U = frame('process', 'vpn', 'pages', 'told');
const tellUnmapped = site(invalidateRange, U.process, U.vpn, U.pages, 0);

const dropFiles = site(dropLooseFiles);

/** munmap(2) of a range. Holds on its pages stay (spec 1.4). */
export const unmapMemory = mechanism({
  name: 'munmap',
  source: 'mm/vma.c do_vmi_munmap(), mm/memory.c zap_pte_range() (6.19)',
  frame: U,
  order: 'MU1 MU2 MU3 MU4',
  steps: {
    MU1: {
      title: 'take mmap_lock exclusive; tell who copied the entries', takes: at(processes.mmapLock, U.process), reads: WATCH_READS, calls: [tellUnmapped], costNs: () => kernel.costs.syscallNs,
      run: () => {
        U.told.v = isWatched(U.process.v) ? 1 : 0;
        return U.told.v === 1 ? call(tellUnmapped) : undefined;
      },
    },
    MU2: {
      title: 'clear the page-table entries and remove the mapping', drops: [at(processes.mmapLock, U.process)], to: ['done'],
      reads: [...REMOVE_READS, ...SPLIT_READS, ...LOOSE_READS, ...END_READS], writes: [...REMOVE_TERMS, ...END_TERMS], costNs: () => kernel.costs.unmapNs,
      run: () => {
        const refused = splitRefusal(U.process.v, U.vpn.v, U.pages.v);
        if (refused !== 0 && U.told.v === 1) endInvalidation(U.process.v);
        if (refused !== 0) return fail(refused);
        removeRange(U.process.v, U.vpn.v, U.pages.v);
        if (U.told.v === 1) endInvalidation(U.process.v);
        return hasLooseFiles() ? undefined : done();
      },
    },
    MU3: { title: 'drop the files that only this memory kept', calls: [dropFiles], run: () => call(dropFiles) },
    MU4: { title: 'return', to: ['done'], run: () => done() },
  },
});

const P = frame('process', 'vpn', 'pages', 'writable', 'unreadable', 'told');
const tellProtected = site(invalidateRange, P.process, P.vpn, P.pages, 0);

/** What an entry may be under the rights of its mapping; what may be written again is found out by a fault (change_pte_range()). */
function restricted(pte: number): number {
  if (!mapsFrame(pte) || pte === PTE.privateRead || pte === PTE.privateWrite || pte === PTE.exclusive) return pte;
  if (P.unreadable.v === 1) return PTE.noAccess;
  return pte === PTE.write && P.writable.v === 1 ? pte : PTE.read;
}

/** mprotect(2): the mapping’s rights change, and its entries with them. ENOMEM where part of the range is not mapped. */
export const protectMemory = mechanism({
  name: 'mprotect',
  source: 'mm/mprotect.c do_mprotect_pkey(), change_pte_range() (6.19)',
  frame: P,
  order: 'MP1 MP2',
  steps: {
    MP1: {
      title: 'take mmap_lock exclusive; tell who copied the entries', takes: at(processes.mmapLock, P.process), reads: WATCH_READS, calls: [tellProtected], costNs: () => kernel.costs.syscallNs,
      run: () => {
        P.told.v = isWatched(P.process.v) ? 1 : 0;
        return P.told.v === 1 ? call(tellProtected) : undefined;
      },
    },
    MP2: {
      title: 'change the rights', drops: [at(processes.mmapLock, P.process)], to: ['done'],
      reads: [...VMA_TERMS, ...SPLIT_READS, ...ENTRY_READS, ...END_READS, ...every(hosts.order, hosts.anon, hosts.owner)], writes: [...VMA_TERMS, ...END_TERMS, ...PTE_TERMS],
      run: () => {
        if (P.told.v === 1) endInvalidation(P.process.v);
        const refused = splitRefusal(P.process.v, P.vpn.v, P.pages.v);
        if (refused !== 0) return fail(refused);
        const isWhole = isWhollyMapped(P.process.v, P.vpn.v, P.pages.v);
        splitHugeEdges(P.process.v, P.vpn.v, P.pages.v);
        for (const mapping of mappingsOf(P.process.v, P.vpn.v, P.pages.v)) {
          mappings.writable.set(mapping, P.writable.v);
          mappings.unreadable.set(mapping, P.unreadable.v);
          forEachEntry(P.process.v, mappings.vpnFirst.get(mapping), mappings.pageCount.get(mapping), ({ vpn, pages, pte }) => {
            if (restricted(pte) !== pte) processes.pte.assign(P.process.v, vpn, pages, restricted(pte));
          });
        }
        return isWhole ? done() : fail(ERRNO.ENOMEM);
      },
    },
  },
});

const R = frame('process', 'vpn', 'pages', 'newPages', 'told');
const tellResized = site(invalidateRange, R.process, R.vpn, R.pages, 0);

/** mremap(2) in place: the lab leaves as much room behind a mapping as it is ever grown by. Holds on its pages stay. */
export const remapMemory = mechanism({
  name: 'mremap',
  source: 'mm/mremap.c do_mremap() (6.19)',
  frame: R,
  order: 'MR1 MR2',
  steps: {
    MR1: {
      title: 'take mmap_lock exclusive; tell who copied the entries', takes: at(processes.mmapLock, R.process), reads: WATCH_READS, calls: [tellResized], costNs: () => kernel.costs.syscallNs,
      run: () => {
        R.told.v = isWatched(R.process.v) ? 1 : 0;
        return R.told.v === 1 ? call(tellResized) : undefined;
      },
    },
    MR2: {
      title: 'grow or shrink the mapping', drops: [at(processes.mmapLock, R.process)], to: ['done'], reads: [...REMOVE_READS, ...SPLIT_READS, ...END_READS], writes: [...REMOVE_TERMS, ...END_TERMS],
      run: () => {
        if (R.told.v === 1) endInvalidation(R.process.v);
        const last = mappingsIn(R.process.v, R.vpn.v + R.pages.v - 1, 1)[0];
        if (last === undefined) return fail(ERRNO.EFAULT);
        const grown = R.newPages.v - R.pages.v;
        if (R.newPages.v % splitAlignment(mappings.file.get(last)) !== 0) return fail(ERRNO.EINVAL);
        const refused = grown < 0 ? splitRefusal(R.process.v, R.vpn.v + R.newPages.v, -grown) : 0;
        if (refused !== 0) return fail(refused);
        if (grown < 0) removeRange(R.process.v, R.vpn.v + R.newPages.v, -grown);
        if (grown > 0 && mappingsIn(R.process.v, R.vpn.v + R.pages.v, grown).length > 0) return fail(ERRNO.ENOMEM);
        if (grown > 0) mappings.pageCount.set(last, mappings.pageCount.get(last) + grown);
        return done();
      },
    },
  },
});
