import type { Row } from '@shared/state/dictionary';
import { hosts } from '@shared/state/tables';
import { every } from '../engine/place';
import { kernel } from '../kernel';
import { isIdle } from './folio-counts';
import { isFsdaxFrame, isZeroFrame } from './memory-types';

/**
 * A defect of stable 6.1 (knob dioReleaseWakes): __bio_release_pages() drops the pages of an O_DIRECT buffer with folio_put(),
 * which passes the hook that wakes whoever waits for a ZONE_DEVICE page. A sleeper finds out only when a signal makes it look.
 */
const isDefective = (): boolean => !kernel.policy.knobs.dioReleaseWakes;

/** What the functions of this file write. */
export const WAKEUP_TERMS = every(hosts.unwoken);
export const WAKEUP_READS = every(hosts.refs, hosts.unwoken);

/** The completion of an O_DIRECT has dropped these frames: those that became idle by that woke nobody. */
export function loseWakeup(host: Row, pfn: number, pages: number): void {
  if (isDefective() && !isZeroFrame(pfn) && isFsdaxFrame(pfn) && isIdle(host, pfn)) hosts.unwoken.assign(host, pfn, pages, 1);
}

/** About to sleep until a page is idle: what was dropped before is seen by looking, what is dropped later has to wake. */
export function beginSleep(host: Row, pfn: number): 'sleep' | 'is idle already' {
  if (!isDefective()) return 'sleep';
  if (isIdle(host, pfn)) return 'is idle already';
  if (hosts.unwoken.at(host, pfn) !== 0) hosts.unwoken.assign(host, pfn, 1, 0);
  return 'sleep';
}

/** Whether a sleeper has been told that the page is idle. */
export const isWoken = (host: Row, pfn: number): boolean => isIdle(host, pfn) && hosts.unwoken.at(host, pfn) === 0;
