import { ERRNO } from '@shared/domain/errno';
import { arena } from '@shared/state/arena';
import type { Row } from '@shared/state/dictionary';
import { files, filesystems, hosts, mappings, processes } from '@shared/state/tables';
import { PAGE_BYTES } from '@shared/units/pages';
import { emit } from '../engine/events';
import { mechanism } from '../engine/mechanism';
import { at, every, frame, pagesAt } from '../engine/place';
import { done, fail } from '../engine/step';
import { kernel } from '../kernel';
import { mapFrames, mapHugeFrames, PTE, PTE_TERMS } from './address-space';
import { isPmdAligned, PMD_PAGES } from './folios';

const DEVDAX = filesystems.type.valueOf('devdax');
const HUGETLBFS = filesystems.type.valueOf('hugetlbfs');

/** Whether a file is a device-dax character device. */
export const isDeviceDax = (file: Row): boolean => file !== 0 && filesystems.type.get(files.fs.get(file)) === DEVDAX;

/** What {@link mmapRefusal} reads. */
export const DEVICE_DAX_READS = every(filesystems.lost);

/** Why mmap(2) of the memory of a device is refused: check_vma() of device-dax (spec 2.5), or a driver that is gone (2.6). 0 lets pass. */
export function mmapRefusal(file: Row, isShared: boolean, ...places: readonly number[]): number {
  if (file === 0) return 0;
  const fs = files.fs.get(file);
  if (filesystems.lost.get(fs) === 1) return ERRNO.ENXIO;
  if (!isDeviceDax(file)) return 0;
  return isShared && isAligned(file, ...places) ? 0 : ERRNO.EINVAL;
}

/** Whether virtual pages, file pages and lengths are multiples of the device’s alignment. */
export const isAligned = (file: Row, ...places: readonly number[]): boolean => {
  const align = filesystems.alignPages.get(files.fs.get(file));
  return places.every(place => place % align === 0);
};

/** Alignment that a mapping may be split at, in pages: that of the device, or of the huge pages behind it (vm_operations_struct.may_split). */
export function splitAlignment(file: Row): number {
  if (isDeviceDax(file)) return filesystems.alignPages.get(files.fs.get(file));
  return file !== 0 && filesystems.type.get(files.fs.get(file)) === HUGETLBFS ? PMD_PAGES : 1;
}

/** What {@link splitRefusal} reads. */
export const SPLIT_READS = every(mappings.file, mappings.pageCount, mappings.vpnFirst);

/** EINVAL where a change of [vpn, vpn + pages) would split a mapping off its alignment (dev_dax_may_split(), hugetlb_vm_op_split()); 0 lets pass. */
export function splitRefusal(process: Row, vpn: number, pages: number): number {
  const isRefused = [vpn, vpn + pages].some(edge => mappings.$.rows(arena).some(mapping => {
    const inside = edge - mappings.vpnFirst.get(mapping);
    return mappings.process.get(mapping) === process && inside > 0 && inside < mappings.pageCount.get(mapping) && edge % splitAlignment(mappings.file.get(mapping)) !== 0;
  }));
  return isRefused ? ERRNO.EINVAL : 0;
}

const T = frame('process', 'vpn', 'pages', 'mapping');
const pte = pagesAt(processes.pte, T.process);

/** Maps [vpn, end) where nothing is mapped yet, by a PMD each where the device is aligned to as much, whether or not its folios are as large. */
function mapUnmapped(vpn: number, end: number, delta: number, align: number, pte: number): void {
  const host = processes.host.get(T.process.v);
  for (let at = vpn; at < end;) {
    const next = Math.min(end, processes.pte.runEnd(T.process.v, at));
    if (processes.pte.at(T.process.v, at) === PTE.none) {
      const pfn = at + delta;
      const isHuge = align >= PMD_PAGES && [at, pfn, next].every(isPmdAligned);
      (isHuge ? mapHugeFrames : mapFrames)(T.process.v, host, at, pfn, next - at, pte);
      emit('page-faulted', T.process.v, at, pfn, pte === PTE.write ? 1 : 0);
    }
    at = next;
  }
}

/** dev_dax_huge_fault(): maps whole pieces of the device’s alignment, no less; SIGBUS (EFAULT) beyond the end of the device. */
export const deviceDaxFault = mechanism({
  name: 'device-dax-fault',
  source: 'spec 2.5; drivers/dax/device.c __dev_dax_pmd_fault() (6.19)',
  frame: T,
  order: 'DF1',
  steps: {
    DF1: {
      title: 'map whole pieces of the device',
      reads: [...[mappings.file, mappings.fileFirst, mappings.vpnFirst, mappings.pageCount, mappings.writable].map(column => at(column, T.mapping)), pte, ...every(hosts.order, files.size)],
      writes: PTE_TERMS, to: ['done'], costNs: () => kernel.costs.faultNs,
      run: () => {
        const file = mappings.file.get(T.mapping.v);
        const fs = files.fs.get(file);
        const align = filesystems.alignPages.get(fs);
        const first = mappings.vpnFirst.get(T.mapping.v);
        const toFile = mappings.fileFirst.get(T.mapping.v) - first;
        const vpn = T.vpn.v - ((T.vpn.v - first) % align);
        const devicePages = Math.floor(files.size.get(file) / PAGE_BYTES);
        const wanted = vpn + Math.ceil((T.vpn.v + T.pages.v - vpn) / align) * align;
        // A mapping may reach beyond the device: only the access finds out.
        const end = Math.min(wanted, first + mappings.pageCount.get(T.mapping.v), devicePages - (devicePages % align) - toFile);
        if (T.vpn.v >= end) return fail(ERRNO.EFAULT);
        mapUnmapped(vpn, end, filesystems.firstPfn.get(fs) + toFile, align, mappings.writable.get(T.mapping.v) === 1 ? PTE.write : PTE.read);
        return done();
      },
    },
  },
});

const R = frame('errno');

/** A system call that device-dax does not have: read(2) and ftruncate(2) are EINVAL, fallocate(2) is ENODEV (spec 2.5). */
export const deviceDaxRefusal = mechanism({
  name: 'device-dax-refusal',
  source: 'spec 2.5; drivers/dax/device.c dax_fops (6.19); oracle of Linux 6.1 and 6.12',
  frame: R,
  order: 'DR0',
  steps: { DR0: { title: 'the device has no such call', to: ['done'], costNs: () => kernel.costs.syscallNs, run: () => fail(R.errno.v) } },
});
