import { source } from '@shared/domain/source';
import type { Parameter } from '@shared/protocol/parameter';

/** Switches inside variants, with what the source says of each. */
export const KNOBS = {
  scanRange: {
    name: 'scanRange', title: 'Which pages a layout break looks at', required: false,
    doc: 'wait-retry: shipped XFS and ext4 scan the whole file, virtio-fs only the range of the operation.',
    type: { kind: 'choice', values: ['whole-file', 'op-range'], default: 'whole-file' },
    source: source('fs/xfs/xfs_inode.c, fs/ext4/inode.c, fs/fuse/dax.c fuse_dax_break_layouts() (6.19); spec 4.5', 'V', 'O'),
  },
  etxtbsyScope: {
    name: 'etxtbsyScope', title: 'Which holds make truncate fail', required: false,
    doc: 'fail-etxtbsy: only long-term pins (short holds are waited for), or any reference.',
    type: { kind: 'choice', values: ['longterm-only', 'any-ref'], default: 'longterm-only' },
    source: source('thread of 8 Feb 2019 leaves the scope open; spec 4.7', 'X', 'unknown'),
  },
  busyFull: {
    name: 'busyFull', title: 'Allocation when only busy blocks are left', required: false,
    doc: 'busy-extent: wait like the shipped busy list, or fail with ENOSPC.',
    type: { kind: 'choice', values: ['wait', 'enospc'], default: 'wait' },
    source: source('fs/xfs/xfs_extent_busy.c xfs_extent_busy_flush() (6.19); spec 4.6', 'V', 'X'),
  },
  busySplit: {
    name: 'busySplit', title: 'Keep only held pages of an extent busy', required: false,
    doc: 'busy-extent: an extent with one held page stays busy whole, unless this splits it when it is freed.',
    type: { kind: 'flag', default: false },
    source: source('spec 4.6; splitting is impossible once in a commit context', 'X'),
  },
  mrReadOnlyForcesWrite: {
    name: 'mrReadOnlyForcesWrite', title: 'Registering memory without write access asks for writable pages', required: false,
    doc: 'Up to 6.1 a read-only registration was a forced write: EFAULT in a read-only shared mapping, a copy in a private one. Since 6.2 it is a read: in place where shared, an un-shared copy where private. By-era is what the preset says.',
    type: { kind: 'choice', values: ['by-era', 'true', 'false'], default: 'by-era' },
    source: source('drivers/infiniband/core/umem.c ib_umem_get() (4.20, 6.19); spec 1.4, 5.2', 'V', 'O'),
  },
} as const satisfies Record<string, Parameter>;
