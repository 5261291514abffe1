import { source, type Evidence, type Source } from '@shared/domain/source';
import type { Parameter } from '@shared/protocol/parameter';

const BY_ERA = 'by-era';

type Choice<Values extends readonly string[]> = Parameter & { readonly type: { readonly kind: 'choice'; readonly values: Values; readonly default: string } };

const choice = <const Values extends readonly string[]>(title: string, doc: string, from: Source, otherwise: NoInfer<Values[number]>, ...values: Values): Omit<Choice<Values>, 'name'> =>
  ({ title, doc, required: false, source: from, type: { kind: 'choice', values, default: otherwise } });

const YES_NO = ['true', 'false'] as const;
const yesNo = (title: string, doc: string, from: Source, otherwise: boolean): Omit<Choice<typeof YES_NO>, 'name'> =>
  ({ title, doc, required: false, source: from, type: { kind: 'choice', values: YES_NO, default: String(otherwise) } });
/** What the preset says where nobody else does. */
const eraYesNo = (title: string, doc: string, from: Source): Omit<Choice<readonly ['by-era', 'true', 'false']>, 'name'> =>
  choice(title, `${doc} By-era is what the preset says.`, from, BY_ERA, BY_ERA, 'true', 'false');
const eraChoice = <const Values extends readonly string[]>(title: string, doc: string, from: Source, ...values: Values): Omit<Choice<readonly ['by-era', ...Values]>, 'name'> =>
  choice(title, `${doc} By-era is what the preset says.`, from, BY_ERA, BY_ERA, ...values);

const observed = (text: string, ...more: readonly Evidence[]): Source => source(`${text}; spec 16`, 'O', ...more);

/**
 * Switches inside variants, and quirks of observed kernel builds (spec 16), with what the source says of each. A quirk is never a
 * rule: its default is the rule.
 */
const SPECS = {
  scanRange: choice('Which pages a layout break looks at', 'wait-retry: shipped XFS and ext4 scan the whole file, virtio-fs only the range of the operation.',
    source('fs/xfs/xfs_inode.c, fs/ext4/inode.c, fs/fuse/dax.c fuse_dax_break_layouts() (6.19); spec 4.5', 'V', 'O'), 'whole-file', 'whole-file', 'op-range'),
  etxtbsyScope: choice('Which holds make truncate fail', 'fail-etxtbsy: only long-term pins (short holds are waited for), or any reference.',
    source('thread of 8 Feb 2019 leaves the scope open; spec 4.7', 'X', 'unknown'), 'longterm-only', 'longterm-only', 'any-ref'),
  busyFull: choice('Allocation when only busy blocks are left', 'busy-extent: wait like the shipped busy list, or fail with ENOSPC.',
    source('fs/xfs/xfs_extent_busy.c xfs_extent_busy_flush() (6.19); spec 4.6', 'V', 'X'), 'wait', 'wait', 'enospc'),
  busySplit: yesNo('Keep only held pages of an extent busy', 'busy-extent: an extent with one held page stays busy whole, unless this splits it when it is freed.',
    source('spec 4.6; splitting is impossible once in a commit context', 'X'), false),
  ownerOp: choice('What the holder of an exclusive layout lease may do to pinned blocks', 'layout-lease: its own layout operation fails like anybody’s, or is let through.',
    source('list archive of June 2019 (Chinner, Wilcox); spec 5.7 LL4', 'S', 'X', 'unknown'), 'etxtbsy', 'etxtbsy', 'allow'),
  leaseSources: choice('What a truncate breaks under admin-disable', 'admin-disable: nothing, or it enumerates the leases of the file and breaks them.',
    source('thread of 8 Feb 2019; spec 5.5', 'S'), 'none', 'none', 'enumerate'),
  longtermMigrates: eraChoice('Which places a long-term pin moves pages out of', 'Nothing up to 5.1, CMA from 5.2, CMA and ZONE_MOVABLE from 5.13.',
    source('mm/gup.c __gup_longterm_locked() (5.11, 5.15, 6.19); spec 1.3, 1.6', 'V', 'M'), 'nothing', 'cma', 'movable'),
  readPinUnshares: eraYesNo('A long-term read pin of a private page copies it first', 'From 6.2 (anonymous memory 5.19) the pin holds a page that nobody else writes.',
    source('mm/gup.c gup_must_unshare() (6.19); spec 1.3, 5.2', 'V', 'M', 'O')),
  anonExclusive: eraYesNo('Only exclusive anonymous pages are pinned', 'PageAnonExclusive, from 5.19: a read pin of a shared one copies it first.',
    source('mm/gup.c gup_must_unshare() (6.1, 6.19); spec 1.3', 'V', 'M')),
  zeroPagePinCounted: eraYesNo('Pins of the zero page are counted', 'Up to 6.4, and not in 6.1.130 and later stable kernels.', observed('mm/gup.c try_grab_folio() (6.1, 6.6)', 'V')),
  odirectHold: choice('What O_DIRECT takes on its buffer', 'A reference up to 6.4, a pin from 6.5. By-era is what the bio-completion in force releases; another hold than that is a driver converted by half.',
    observed('block/bio.c (6.1, 6.6)', 'V'), BY_ERA, BY_ERA, 'get', 'pin'),
  uringFileBuffers: eraChoice('Whether io_uring registers file memory', 'Its own check refused files (but hugetlb, and shmem from 6.1); the check is gone in 6.6.',
    observed('fs/io_uring.c (5.15), io_uring/rsrc.c io_pin_pages() (6.1, 6.6)', 'V'), 'refuse', 'refuse-shmem-too', 'allow'),
  daxVmasChecked: eraChoice('When a long-term pin is refused for a DAX mapping', 'Up to 5.10 all pages were taken first, and a DAX mapping anywhere in the range refused all of it (check_dax_vmas()); from 5.11 each mapping is looked at before its pages are, so that those before it count.',
    source('commit 52650c8b466b; mm/gup.c check_dax_vmas() (5.4), check_vma_flags() (5.15)', 'V'), 'after-pinning', 'before-pinning'),
  uringOnePinPerFolio: eraYesNo('io_uring keeps one pin per large folio', 'It drops the rest at once (6.10 to 6.12).', observed('io_uring/rsrc.c (6.12)', 'M')),
  mrReadOnlyForcesWrite: eraYesNo('Registering memory without write access asks for writable pages',
    'Up to 6.1 a read-only registration was a forced write: EFAULT in a read-only shared mapping, a copy in a private one. Since 6.2 it is a read.',
    source('drivers/infiniband/core/umem.c ib_umem_get() (4.20, 6.19); spec 1.4, 5.2, 16', 'V', 'O')),
  odpRefusedErrno: eraChoice('errno of ON_DEMAND on a NIC without it', 'EINVAL up to 6.1, EOPNOTSUPP later.', observed('include/rdma/ib_verbs.h ib_check_mr_access()', 'V'), 'EINVAL', 'EOPNOTSUPP'),
  evictionWaits: eraYesNo('Evicting an inode waits for its busy DAX pages', 'From 6.15, uninterruptibly.', source('fs/dax.c dax_break_layout_final() (6.19), dax_disassociate_entry() (6.13); spec 4.3, 4.5, 16', 'V', 'O')),
  daxReflink: eraYesNo('Reflink of DAX files', 'EINVAL up to 5.15, allowed from 6.0.', source('fs/xfs/xfs_reflink.c (4.20), xfs_super.c (5.15, 6.1); spec 4.10', 'V', 'M', 'O')),
  p2pRule: eraChoice('Which peer-to-peer paths are allowed', '4.20: only below one switch, without ACS redirect; later also through host bridges on the list.',
    source('drivers/pci/p2pdma.c (4.20, 5.4, 6.19); spec 7.2', 'V'), 'same-switch-only', 'host-bridge-list'),
  pciP2pdma: yesNo('The kernel is built with CONFIG_PCI_P2PDMA', 'Without it no driver can offer the memory of its BAR: nothing of it is in sysfs.',
    source('include/linux/pci-p2pdma.h pci_p2pdma_add_resource(), drivers/pci/Kconfig PCI_P2PDMA (6.19); spec 7.1', 'V'), true),
  userP2p: eraYesNo('P2P memory can be mapped and used for O_DIRECT', 'FOLL_PCI_P2PDMA, from 6.2.', source('mm/gup.c, drivers/pci/p2pdma.c (6.1, 6.6); spec 1.3, 7.1', 'V', 'M')),
  p2pMapErrno: eraChoice('errno of an O_DIRECT whose peer-to-peer pages the drive cannot reach', 'EREMOTEIO, a target error, up to 6.15; EINVAL with the DMA iterator of the block layer (read in 6.18).',
    source('drivers/nvme/host/pci.c nvme_map_data() (6.6, 6.13), block/blk-mq-dma.c blk_rq_dma_map_iter_start(), block/blk-core.c blk_errors[] (6.19); spec 7.3', 'V'), 'EREMOTEIO', 'EINVAL'),
  stalePrivateCheck: eraYesNo('refcheck lets every device-private page pass', '5.15: so that two CPU faults do not defeat each other; later one stray reference passes.',
    source('mm/migrate.c migrate_vma_check_page() (5.15), mm/migrate_device.c (6.19); spec 8.3', 'V')),
  cacheLargeFolios: eraChoice('Which page caches use large folios', 'XFS on 6.12: a 64 KiB write is one folio.', observed('folio behaviour under move_pages'), 'none', 'xfs'),
  hugetlbTailStatus: eraChoice('move_pages status of the second sub-page of a hugetlb page', 'EACCES on 6.1, EBUSY later.', observed('mm/migrate.c add_page_for_migration()'), 'EACCES', 'EBUSY'),
  dioReleaseWakes: yesNo('The end of an O_DIRECT wakes a layout operation', 'False is a defect of stable 6.1: folio_put() in __bio_release_pages() skips the ZONE_DEVICE hook.',
    observed('block/bio.c __bio_release_pages() (6.1.192)'), true),
  unbindUse: choice('What using a page of an unbound device does', 'The lab ends the run with S6; the observed kernels crash.', observed('put path after unbind'), 'S6', 'S6', 'crash'),
  unbindFsErrno: choice('errno of file calls after the driver went', 'EIO; ext4 of 6.1 answers by call.', observed('fs/ext4 after unbind'), 'EIO', 'EIO', 'by-call'),
  reuseSoon: choice('Whether the allocator reuses a freed block at once', 'Chance of an allocator: observed on XFS, not on ext4.', observed('fill of the file system after the last unlink'), 'true', 'true', 'false', 'xfs-only'),
  rxeLocalError: choice('Soft RoCE: status of a requester-side SGE error', 'LOC_PROT_ERR is the rule.', observed('drivers/infiniband/sw/rxe/rxe_req.c'), 'LOC_PROT_ERR', 'LOC_PROT_ERR', 'by-cause', 'WR_FLUSH_ERR'),
  rxeLateRecv: choice('Soft RoCE: a receive posted to a QP in ERR', 'Flushed is the rule.', observed('drivers/infiniband/sw/rxe'), 'flushed', 'flushed', 'no-completion'),
  rxeWindowBounds: choice('Soft RoCE: bounds of a memory window', 'Enforced is the rule.', observed('drivers/infiniband/sw/rxe/rxe_resp.c check_rkey()', 'V'), 'enforced', 'enforced', 'not-enforced'),
  rxeRereg: choice('Soft RoCE: ibv_rereg_mr', 'Supported, or EOPNOTSUPP with the MR unchanged.', observed('drivers/infiniband/sw/rxe'), 'supported', 'supported', 'EOPNOTSUPP'),
  rxeUnalignedAtomic: choice('Soft RoCE: an unaligned atomic', 'REM_INV_REQ_ERR is the rule; refused before it is queued otherwise.', observed('drivers/infiniband/sw/rxe'), 'REM_INV_REQ_ERR', 'REM_INV_REQ_ERR', 'post-EINVAL'),
  rxeDeregRace: choice('Soft RoCE: deregistering the local MR right after posting', 'DR2 waits is the rule.', observed('drivers/infiniband/sw/rxe'), 'waits', 'waits', 'loc-qp-op-err', 'flush-err'),
  privateFaultTakesRef: yesNo('The CPU fault on a device-private page takes a reference first', 'False: a concurrent free hands the page out under the fault (CVE-2022-3523).',
    source('mm/memory.c do_swap_page(); CVE-2022-3523; spec 16', 'V'), true),
  invalidateWaitsForDevice: yesNo('An MMU invalidation waits for the device', 'False: the range is unmapped from the GPU while its copy engine still runs.', source('ROCm/rocm-systems#10628; spec 16', 'S'), true),
} as const satisfies Record<string, Omit<Parameter, 'name'>>;

type KnobName = keyof typeof SPECS;

export const KNOBS = Object.fromEntries(Object.entries(SPECS).map(([name, spec]) => [name, { name, ...spec }])) as { readonly [Name in KnobName]: (typeof SPECS)[Name] & { readonly name: Name } };

type ValueOf<Name extends KnobName> = Exclude<(typeof SPECS)[Name]['type']['values'][number], typeof BY_ERA>;

/** Value of each knob in force; "true" and "false" as booleans. */
export type Knobs = { readonly [Name in KnobName]: [ValueOf<Name>] extends ['true' | 'false'] ? boolean : ValueOf<Name> };
export type KnobTexts = Readonly<Record<KnobName, string>>;

/** Knobs from their values as texts. */
export const knobsFromTexts = (texts: KnobTexts): Knobs =>
  Object.fromEntries(Object.entries(texts).map(([name, text]) => {
    const { values } = SPECS[name as KnobName].type as { readonly values: readonly string[] };
    const isYesNo = values.every(value => value === BY_ERA || value === 'true' || value === 'false');
    return [name, isYesNo ? text === 'true' : text];
  })) as Knobs;

export const isByEra = (text: string): boolean => text === BY_ERA;
