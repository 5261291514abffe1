import { source, type Source } from '@shared/domain/source';
import type { PresetEntry } from '@shared/protocol/catalogue';
import { AGREEMENT } from './agreement';

const AXIS_ORDER = [
  'dax-fault', 'truncate-vs-dma', 'longterm-file-pin', 'lease-break', 'pin-accounting', 'zone-device-refcount', 'bio-completion', 'writeback-vs-pin', 'device-migration',
] as const;

/** What knobs mean that are left to the era. An era says what differs from the one before. */
const UP_TO_4_20 = {
  longtermMigrates: 'nothing', readPinUnshares: 'false', anonExclusive: 'false', zeroPagePinCounted: 'true', uringFileBuffers: 'refuse-shmem-too', daxVmasChecked: 'after-pinning', uringOnePinPerFolio: 'false',
  mrReadOnlyForcesWrite: 'true', odpRefusedErrno: 'EINVAL', evictionWaits: 'false', daxReflink: 'false', p2pRule: 'same-switch-only', userP2p: 'false', p2pMapErrno: 'EREMOTEIO',
  stalePrivateCheck: 'true', cacheLargeFolios: 'none', hugetlbTailStatus: 'EACCES',
};
const ERA_5_15 = { ...UP_TO_4_20, longtermMigrates: 'movable', daxVmasChecked: 'before-pinning', p2pRule: 'host-bridge-list' };
const ERA_6_1 = { ...ERA_5_15, anonExclusive: 'true', uringFileBuffers: 'refuse', daxReflink: 'true', stalePrivateCheck: 'false' };
const ERA_6_6 = {
  ...ERA_6_1, readPinUnshares: 'true', zeroPagePinCounted: 'false', uringFileBuffers: 'allow', mrReadOnlyForcesWrite: 'false', odpRefusedErrno: 'EOPNOTSUPP', userP2p: 'true',
  hugetlbTailStatus: 'EBUSY',
};
const ERA_6_12 = { ...ERA_6_6, uringOnePinPerFolio: 'true', cacheLargeFolios: 'xfs' };
const ERA_6_15 = { ...ERA_6_12, uringOnePinPerFolio: 'false', evictionWaits: 'true' };
const ERA_6_19 = { ...ERA_6_15, p2pMapErrno: 'EINVAL' };

/** A row of spec 11: the variant of each axis in the order of its columns. */
function preset(id: string, title: string, from: Source, knobs: Readonly<Record<string, string>>, ...variants: readonly string[]): PresetEntry {
  const agreement = AGREEMENT[id];
  return { id, title, source: from, knobs, ...(agreement === undefined ? {} : { agreement }), variants: Object.fromEntries(AXIS_ORDER.map((axis, at) => [axis, variants[at]])) };
}

const shipped = (version: string): Source => source(`spec 11, row linux-${version}`, 'V');
const said = (thread: string): Source => source(thread, 'S');

/** Eras and proposals (spec 11). */
export const PRESETS: readonly PresetEntry[] = [
  preset('linux-4.2', 'Linux 4.2: DAX faults race', shipped('4.2'), UP_TO_4_20,
    'racy-unwritten', 'none', 'allow-all', 'lease-only', 'get-only', 'one-based', 'put_page-all', 'ignore', 'none'),
  preset('linux-4.14', 'Linux 4.14: no guard', shipped('4.14'), UP_TO_4_20,
    'both', 'none', 'allow-all', 'lease-only', 'get-only', 'one-based', 'put_page-all', 'ignore', '4k-only'),
  preset('linux-4.15', 'Linux 4.15: no long-term pins on DAX files', shipped('4.15'), UP_TO_4_20,
    'both', 'none', 'deny-fsdax', 'lease-only', 'get-only', 'one-based', 'put_page-all', 'ignore', '4k-only'),
  preset('linux-4.20', 'Linux 4.20: truncate waits', shipped('4.20'), UP_TO_4_20,
    'both', 'wait-retry', 'deny-fsdax', 'lease-only', 'get-only', 'one-based', 'put_page-all', 'ignore', '4k-only'),
  preset('linux-5.15', 'Linux 5.15: pins are counted', shipped('5.15'), ERA_5_15,
    'both', 'wait-retry', 'deny-fsdax', 'lease-only', 'bias+pincount', 'one-based', 'put_page-all', 'ignore', '4k-only'),
  preset('linux-6.1', 'Linux 6.1', shipped('6.1'), ERA_6_1,
    'both', 'wait-retry', 'deny-fsdax', 'lease-only', 'bias+pincount', 'private-zero-based', 'put_page-all', 'ignore', '4k-only'),
  preset('linux-6.6', 'Linux 6.6: long-term write pins of files refused', shipped('6.6'), ERA_6_6,
    'both', 'wait-retry', 'deny-fsdax+dirty-tracked', 'lease-only', 'bias+pincount', 'private-zero-based', 'bio-flag-pinned', 'no-reclaim-pinned+deny-longterm', '4k-only'),
  preset('linux-6.12', 'Linux 6.12', shipped('6.12'), ERA_6_12,
    'both', 'wait-retry', 'deny-fsdax+dirty-tracked', 'lease-only', 'bias+pincount', 'private-zero-based', 'bio-flag-pinned', 'no-reclaim-pinned+deny-longterm', '4k-only'),
  preset('linux-6.15', 'Linux 6.15: DAX pages counted from zero', shipped('6.15'), ERA_6_15,
    'both', 'wait-retry', 'deny-fsdax+dirty-tracked', 'lease-only', 'bias+pincount', 'zero-based', 'bio-flag-pinned', 'no-reclaim-pinned+deny-longterm', '4k-only'),
  preset('linux-6.19', 'Linux 6.19: huge pages move to devices', shipped('6.19'), ERA_6_19,
    'both', 'wait-retry', 'deny-fsdax+dirty-tracked', 'lease-only', 'bias+pincount', 'zero-based', 'bio-flag-pinned', 'no-reclaim-pinned+deny-longterm', 'thp'),
  preset('chinner-2015-zero-alloc', 'Chinner 2015: zero at allocation', said('thread of 28 Sep 2015'), UP_TO_4_20,
    'zero-at-allocation', 'none', 'allow-all', 'lease-only', 'get-only', 'one-based', 'put_page-all', 'ignore', 'none'),
  preset('chinner-2017-busy-extents', 'Chinner 2017: busy extents', said('thread of 30 Oct 2017'), UP_TO_4_20,
    'both', 'busy-extent', 'allow-all', 'lease-only', 'get-only', 'one-based', 'put_page-all', 'ignore', '4k-only'),
  preset('williams-2017-retry', 'Williams 2017: unlock, wait, retry', said('thread of 30 Oct 2017'), UP_TO_4_20,
    'both', 'wait-retry', 'deny-fsdax', 'lease-only', 'get-only', 'one-based', 'put_page-all', 'ignore', '4k-only'),
  preset('gunthorpe-2019-fs-veto', 'Gunthorpe 2019: the file system vetoes', said('thread of 8 Feb 2019'), UP_TO_4_20,
    'both', 'fail-etxtbsy', 'fs-contract', 'never', 'get-only', 'one-based', 'put_page-all', 'ignore', '4k-only'),
  preset('lameter-2019-noop', 'Lameter 2019: truncate does nothing', said('thread of 8 Feb 2019'), UP_TO_4_20,
    'both', 'noop-success', 'fs-contract', 'never', 'get-only', 'one-based', 'put_page-all', 'ignore', '4k-only'),
  preset('weiny-2019-layout-lease', 'Weiny 2019: layout leases', said('RFC series of June 2019, list archive'), UP_TO_4_20,
    'both', 'wait-retry', 'layout-lease', 'revoke-sigkill', 'bias', 'one-based', 'put_page-all', 'ignore', '4k-only'),
  preset('williams-2019-admin', 'Williams 2019: the administrator prevents it', said('thread of 8 Feb 2019'), UP_TO_4_20,
    'both', 'none', 'admin-disable', 'lease-only', 'get-only', 'one-based', 'put_page-all', 'ignore', '4k-only'),
  preset('harrosh-2019-dual-ref', 'Harrosh 2019: a count for pins', said('thread of 16 Apr 2019'), UP_TO_4_20,
    'both', 'wait-retry', 'deny-fsdax', 'lease-only', 'dual-ref', 'one-based', 'force-gup-all', 'ignore', '4k-only'),
  preset('campbell-2020-thp', 'Campbell 2020: huge pages to devices', said('thread of 11 Nov 2020'), ERA_5_15,
    'both', 'wait-retry', 'deny-fsdax', 'lease-only', 'bias+pincount', 'one-based', 'put_page-all', 'ignore', 'thp'),
];

/** Observed kernel builds: what they do that is no rule (spec 16). What O_DIRECT holds follows from the bio-completion of their preset. */
export const BUILDS: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  '6.1.192': {
    dioReleaseWakes: 'false', zeroPagePinCounted: 'false', uringFileBuffers: 'refuse', uringOnePinPerFolio: 'false', mrReadOnlyForcesWrite: 'true', odpRefusedErrno: 'EINVAL',
    evictionWaits: 'false', cacheLargeFolios: 'none', hugetlbTailStatus: 'EACCES', unbindFsErrno: 'by-call', unbindUse: 'crash', reuseSoon: 'xfs-only', rxeLocalError: 'by-cause',
    rxeLateRecv: 'no-completion', rxeWindowBounds: 'not-enforced', rxeRereg: 'EOPNOTSUPP', rxeUnalignedAtomic: 'post-EINVAL', rxeDeregRace: 'loc-qp-op-err',
  },
  '6.12.117': {
    dioReleaseWakes: 'true', zeroPagePinCounted: 'false', uringFileBuffers: 'allow', uringOnePinPerFolio: 'true', mrReadOnlyForcesWrite: 'false', odpRefusedErrno: 'EOPNOTSUPP',
    evictionWaits: 'false', cacheLargeFolios: 'xfs', hugetlbTailStatus: 'EBUSY', unbindFsErrno: 'EIO', unbindUse: 'crash', reuseSoon: 'xfs-only', rxeLocalError: 'WR_FLUSH_ERR',
    rxeLateRecv: 'no-completion', rxeWindowBounds: 'not-enforced', rxeRereg: 'EOPNOTSUPP', rxeUnalignedAtomic: 'post-EINVAL', rxeDeregRace: 'flush-err',
  },
};
