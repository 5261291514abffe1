import { bioFlagPinned } from './bio-completion/bio-flag-pinned';
import { endIoBoolGup } from './bio-completion/end-io-bool-gup';
import { forceGupAll } from './bio-completion/force-gup-all';
import { putPageAll } from './bio-completion/put-page-all';
import { twoEndIo } from './bio-completion/two-end-io';
import { both } from './dax-fault/both';
import { entryLock } from './dax-fault/entry-lock';
import { iMmapExclusive } from './dax-fault/i-mmap-exclusive';
import { racyUnwritten } from './dax-fault/racy-unwritten';
import { zeroAfterCommit } from './dax-fault/zero-after-commit';
import { zeroAtAllocation } from './dax-fault/zero-at-allocation';
import { fourKibOnly } from './device-migration/4k-only';
import { noMigration } from './device-migration/none';
import { thp } from './device-migration/thp';
import { leaseOnly } from './lease-break/lease-only';
import { never } from './lease-break/never';
import { revokeMr } from './lease-break/revoke-mr';
import { revokeSigkill } from './lease-break/revoke-sigkill';
import { adminDisable } from './longterm-file-pin/admin-disable';
import { allowAll } from './longterm-file-pin/allow-all';
import { denyFsdax } from './longterm-file-pin/deny-fsdax';
import { denyFsdaxDirtyTracked } from './longterm-file-pin/deny-fsdax-dirty-tracked';
import { fsContract } from './longterm-file-pin/fs-contract';
import { layoutLease } from './longterm-file-pin/layout-lease';
import { mapSyncOnly } from './longterm-file-pin/map-sync-only';
import { odpOnly } from './longterm-file-pin/odp-only';
import { bias } from './pin-accounting/bias';
import { biasPincount } from './pin-accounting/bias-pincount';
import { dualRef } from './pin-accounting/dual-ref';
import { getOnly } from './pin-accounting/get-only';
import { blockNewRefs } from './truncate-vs-dma/block-new-refs';
import { busyExtent } from './truncate-vs-dma/busy-extent';
import { failEtxtbsy } from './truncate-vs-dma/fail-etxtbsy';
import { none } from './truncate-vs-dma/none';
import { noopSuccess } from './truncate-vs-dma/noop-success';
import { waitHoldLock } from './truncate-vs-dma/wait-hold-lock';
import { waitRetry } from './truncate-vs-dma/wait-retry';
import { bounce } from './writeback-vs-pin/bounce';
import { denyLongterm } from './writeback-vs-pin/deny-longterm';
import { ignore } from './writeback-vs-pin/ignore';
import { noReclaimPinned } from './writeback-vs-pin/no-reclaim-pinned';
import { noReclaimPinnedDenyLongterm } from './writeback-vs-pin/no-reclaim-pinned-deny-longterm';
import { skipPinned } from './writeback-vs-pin/skip-pinned';
import { waitUnpin } from './writeback-vs-pin/wait-unpin';
import { oneBased } from './zone-device-refcount/one-based';
import { privateZeroBased } from './zone-device-refcount/private-zero-based';
import { zeroBased } from './zone-device-refcount/zero-based';
import type { PolicyVariant } from './policy';

/** Every variant of every axis; an axis lists its variants in this order. */
export const VARIANTS: readonly PolicyVariant[] = [
  racyUnwritten, iMmapExclusive, zeroAtAllocation, entryLock, both, zeroAfterCommit,
  none, waitHoldLock, blockNewRefs, waitRetry, busyExtent, failEtxtbsy, noopSuccess,
  allowAll, denyFsdax, denyFsdaxDirtyTracked, fsContract, layoutLease, mapSyncOnly, odpOnly, adminDisable,
  leaseOnly, revokeMr, revokeSigkill, never,
  getOnly, bias, biasPincount, dualRef,
  oneBased, privateZeroBased, zeroBased,
  putPageAll, twoEndIo, endIoBoolGup, forceGupAll, bioFlagPinned,
  ignore, noReclaimPinned, denyLongterm, noReclaimPinnedDenyLongterm, skipPinned, bounce, waitUnpin,
  noMigration, fourKibOnly, thp,
];
