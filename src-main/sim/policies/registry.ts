import { ignore } from './writeback-vs-pin/ignore';
import { putPageAll } from './bio-completion/put-page-all';
import { both } from './dax-fault/both';
import { fourKibOnly } from './device-migration/4k-only';
import { leaseOnly } from './lease-break/lease-only';
import { allowAll } from './longterm-file-pin/allow-all';
import { denyFsdax } from './longterm-file-pin/deny-fsdax';
import { biasPincount } from './pin-accounting/bias-pincount';
import { getOnly } from './pin-accounting/get-only';
import { blockNewRefs } from './truncate-vs-dma/block-new-refs';
import { busyExtent } from './truncate-vs-dma/busy-extent';
import { failEtxtbsy } from './truncate-vs-dma/fail-etxtbsy';
import { none } from './truncate-vs-dma/none';
import { noopSuccess } from './truncate-vs-dma/noop-success';
import { waitHoldLock } from './truncate-vs-dma/wait-hold-lock';
import { waitRetry } from './truncate-vs-dma/wait-retry';
import { oneBased } from './zone-device-refcount/one-based';
import { privateZeroBased } from './zone-device-refcount/private-zero-based';
import { zeroBased } from './zone-device-refcount/zero-based';
import type { PolicyVariant } from './policy';

/** Every variant of every axis; an axis lists its variants in this order. */
export const VARIANTS: readonly PolicyVariant[] = [
  both,
  none, waitHoldLock, blockNewRefs, waitRetry, busyExtent, failEtxtbsy, noopSuccess,
  allowAll, denyFsdax,
  leaseOnly,
  getOnly, biasPincount,
  oneBased, privateZeroBased, zeroBased,
  putPageAll,
  ignore,
  fourKibOnly,
];
