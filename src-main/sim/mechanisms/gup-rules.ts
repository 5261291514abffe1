import { ERRNO } from '@shared/domain/errno';
import { arena } from '@shared/state/arena';
import { buffers } from '@shared/state/buffer-tables';
import type { Row } from '@shared/state/dictionary';
import { memoryBlocks } from '@shared/state/placement-tables';
import { files, filesystems, hosts, mappings, requests } from '@shared/state/tables';
import { every } from '../engine/place';
import { kernel } from '../kernel';
import type { HoldKind } from '../policies/policy';
import { LOOKUP_READS, mappingAt } from './address-space';
import { isCma, isZoneMovable } from './memory-blocks';
import { LONGTERM_READS, longtermRefusal } from './longterm-rule';
import { isZeroFrame, memoryAt } from './memory-types';
import { USE } from './frames';

/** What a caller of get-user-pages asks for (FOLL_* flags). */
export interface Wanted {
  readonly how: HoldKind;
  readonly isWrite: boolean;
  /** FOLL_FORCE. */
  readonly isForced: boolean;
}

const FS = filesystems.type;
type FsType = 'xfs' | 'ext4' | 'tmpfs' | 'hugetlbfs' | 'secretmem' | 'devdax' | 'pci-bar';
const isOf = (file: Row, ...types: readonly FsType[]): boolean => file !== 0 && types.includes(FS.spec.names?.[FS.get(files.fs.get(file))] as FsType);

/** Whether the file system is told when a page of the file becomes dirty (vma_needs_dirty_tracking()). */
const tracksDirtyPages = (file: Row): boolean => isOf(file, 'xfs', 'ext4');

export const isHugetlb = (file: Row): boolean => isOf(file, 'hugetlbfs');
export const isShmem = (file: Row): boolean => isOf(file, 'tmpfs');
export const isSecretmem = (file: Row): boolean => isOf(file, 'secretmem');
/** A mapping of it has no struct pages (VM_IO, VM_PFNMAP). */
export const isRawMemory = (file: Row): boolean => isOf(file, 'pci-bar');
export const isDeviceDax = (file: Row): boolean => isOf(file, 'devdax');
/** A file of a DAX inode that is no character device. */
export const isFsdax = (file: Row): boolean => file !== 0 && files.dax.get(file) === 1 && !isDeviceDax(file);

/** What {@link refusalOf} reads. */
export const REFUSAL_READS = [...LOOKUP_READS, ...LONGTERM_READS, ...every(mappings.file, mappings.shared, mappings.writable, mappings.unreadable, mappings.sync, files.frozen)];

/** check_vma_flags(), in its order: the first rule that hits decides (spec 1.5). 0 lets pass. */
export function refusalOf(process: Row, vpn: number, { how, isWrite, isForced }: Wanted): number {
  const mapping = mappingAt(process, vpn);
  if (mapping === 0) return ERRNO.EFAULT;
  const file = mappings.file.get(mapping);
  const isShared = mappings.shared.get(mapping) === 1;
  const isWritable = mappings.writable.get(mapping) === 1;
  if (isRawMemory(file)) return ERRNO.EFAULT;
  if (file !== 0 && files.frozen.get(file) === 1) return ERRNO.EAGAIN;
  const refused = how === 'longterm' && tracksDirtyPages(file) ? longtermRefusal({ process, mapping, vpn, isWrite }) : 0;
  if (refused !== 0) return refused;
  if (isSecretmem(file)) return ERRNO.EFAULT;
  if (isWrite && !isWritable) return isForced && !isShared && !isHugetlb(file) ? 0 : ERRNO.EFAULT;
  return !isWrite && !isForced && mappings.unreadable.get(mapping) === 1 ? ERRNO.EFAULT : 0;
}

/** What {@link allowsP2p} reads. */
export const P2P_READS = every(requests.device, buffers.p2p);

/** FOLL_PCI_P2PDMA: a request to a drive whose queue takes peer-to-peer memory asks for it (spec 7.6), and whoever in the kernel says so. */
export function allowsP2p(keeper: Row): boolean {
  if (keeper === 0 || !kernel.policy.knobs.userP2p) return false;
  if (arena.w[keeper] === requests.$.id) return kernel.takesP2p(requests.device.get(keeper));
  return arena.w[keeper] === buffers.$.id && buffers.p2p.get(keeper) === 1;
}

/** File that a page-cache frame belongs to; 0 where it belongs to none. */
export function fileOfFrame(host: Row, pfn: number): Row {
  const nth = hosts.mapping.at(host, pfn);
  return nth === 0 ? 0 : files.$.row(nth);
}

/** What the checks of the fast path read of a frame. */
export const FRAME_READS = every(hosts.anon, hosts.exclusive, hosts.mapping, hosts.use);

/** GF7: the fast path knows no mapping, so it leaves file pages whose dirtying somebody wants to know of, and secret memory, to the slow path. */
export function isLeftToSlowPath(host: Row, pfn: number, { how, isWrite }: Wanted): boolean {
  if (hosts.anon.at(host, pfn) !== 0) return false;
  const file = fileOfFrame(host, pfn);
  if (isSecretmem(file)) return true;
  const isTracked = file === 0 ? hosts.use.at(host, pfn) === USE.pageCache : tracksDirtyPages(file) && files.dax.get(file) === 0;
  const { cacheSharedWrite, refusesFiles } = kernel.policy.longtermFilePin;
  return how === 'longterm' && isTracked && (refusesFiles || (isWrite && (cacheSharedWrite !== 'allow' || kernel.policy.writebackVsPin.deniesLongterm)));
}

/**
 * GF8, gup_must_unshare(): whether a page that its entry does not let write has to become the mapping's own before it is pinned to
 * be read. The fast path has no mapping and takes the answer for long-term pins of what is not anonymous from the slow path.
 */
export function mustUnshare(host: Row, pfn: number, how: HoldKind, isPrivate: boolean): boolean {
  if (how === 'get') return false;
  if (hosts.anon.at(host, pfn) !== 0) return kernel.policy.knobs.anonExclusive && hosts.exclusive.at(host, pfn) === 0;
  return how === 'longterm' && isPrivate && kernel.policy.knobs.readPinUnshares;
}

/** What {@link misplaced} reads. */
export const PLACE_READS = every(memoryBlocks.zone);

/** Where a long-term pin finds a folio that it must not keep there (folio_is_longterm_pinnable()); `device` memory moves another way than RAM. */
export function misplaced(pfn: number): 'ram' | 'device' | null {
  if (isZeroFrame(pfn)) return null;
  const memory = memoryAt(pfn);
  if (memory.type === 'coherent') return 'device';
  if (memory.type !== 'normal') return null;
  switch (kernel.policy.knobs.longtermMigrates) {
    case 'nothing': return null;
    case 'cma': return isCma(memory) ? 'ram' : null;
    default: return isCma(memory) || isZoneMovable(memory) ? 'ram' : null;
  }
}

/** GF4. DAX pages have left the fast path before. */
export const isLongtermPinnable = (pfn: number): boolean => misplaced(pfn) === null;
