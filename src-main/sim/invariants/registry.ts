import type { Invariant } from './invariant';
import { l1LayoutOperationEnds } from './l1-layout-operation-ends';
import { l2NoUserControlledWait } from './l2-no-user-controlled-wait';
import { l3LeaseBreakEnds } from './l3-lease-break-ends';
import { l4TeardownEnds } from './l4-teardown-ends';
import { l5NoWaitCycle } from './l5-no-wait-cycle';
import { l6DeviceFaultProgresses } from './l6-device-fault-progresses';
import { l7RangeFaultEnds } from './l7-range-fault-ends';
import { l8LongtermPinEnds } from './l8-longterm-pin-ends';
import { l9FreeSpaceAllocatable } from './l9-free-space-allocatable';
import { q1CountsAtBase } from './q1-counts-at-base';
import { q2PinsReleased } from './q2-pins-released';
import { q3NothingBusy } from './q3-nothing-busy';
import { q4NobodyBlocked } from './q4-nobody-blocked';
import { q5PgmapsAtStart } from './q5-pgmaps-at-start';
import { q6PoolsFull } from './q6-pools-full';
import { s10Sharing } from './s10-sharing';
import { s11BusyNotAllocated } from './s11-busy-not-allocated';
import { s12PoolConservation } from './s12-pool-conservation';
import { s13OneAuthoritativeCopy } from './s13-one-authoritative-copy';
import { s14MapSync } from './s14-map-sync';
import { s15NoStaleExposure } from './s15-no-stale-exposure';
import { s16HonestResult } from './s16-honest-result';
import { s17Coherence } from './s17-coherence';
import { s1NoDmaToReusableBlock } from './s1-no-dma-to-reusable-block';
import { s2NoCrossOwnerWrite } from './s2-no-cross-owner-write';
import { s3StoresSurvive } from './s3-stores-survive';
import { s3bNoSilentDrop } from './s3b-no-silent-drop';
import { s4CountConservation } from './s4-count-conservation';
import { s5PinConservation } from './s5-pin-conservation';
import { s6PgmapLifetime } from './s6-pgmap-lifetime';
import { s9OneLockOwner } from './s9-one-lock-owner';
import { s18Memlock } from './s18-memlock';
import { s7FsdaxState } from './s7-fsdax-state';
import { s8TranslationValidity } from './s8-translation-validity';

/** Every invariant, always on. */
export const INVARIANTS: readonly Invariant[] = [
  s1NoDmaToReusableBlock, s2NoCrossOwnerWrite, s3StoresSurvive, s3bNoSilentDrop, s4CountConservation, s5PinConservation, s6PgmapLifetime, s7FsdaxState, s8TranslationValidity, s9OneLockOwner, s10Sharing, s11BusyNotAllocated, s12PoolConservation, s13OneAuthoritativeCopy, s14MapSync, s15NoStaleExposure, s16HonestResult, s17Coherence, s18Memlock,
  l1LayoutOperationEnds, l2NoUserControlledWait, l3LeaseBreakEnds, l4TeardownEnds, l5NoWaitCycle, l6DeviceFaultProgresses, l7RangeFaultEnds, l8LongtermPinEnds, l9FreeSpaceAllocatable,
  q1CountsAtBase, q2PinsReleased, q3NothingBusy, q4NobodyBlocked, q5PgmapsAtStart, q6PoolsFull,
];
