import { NS_PER_MS } from '@shared/units/time';
import type { Step } from '../translation/draft';
import type { Evidence } from './evidence';

/** Times of the probes carry noise: nothing depends on a difference below this. */
const NOISE_NS = 100 * NS_PER_MS;

/**
 * The class of vocabulary 8.1 that a call's time belongs to: what happened at the moment it returned. Null if it has not returned.
 */
export function elapsedClass(evidence: Evidence): string {
  const { scene, elapsedNs, call } = evidence;
  // Taking a hold is all that is timed: its I/O goes on.
  if (scene.takesHold) return 'immediate';
  if (elapsedNs === null) return 'not-woken-by-release';
  const { endNs } = call;
  const near = (ns: number | null): boolean => ns !== null && endNs !== null && Math.abs(endNs - ns) < NOISE_NS;
  const startOf = (step: Step): number | null => evidence.outcome(step).startNs;
  const isRescued = scene.rescue !== null && near(startOf(scene.rescue));
  if (elapsedNs < NOISE_NS) return 'immediate';
  if (scene.signals.some(step => near(startOf(step)))) return 'immediate-after-signal';
  if (scene.releases.some(step => near(evidence.outcome(step).endNs) || near(startOf(step)))) return 'until-release';
  if (scene.concessions.some(ns => Math.abs(elapsedNs - ns) < NOISE_NS)) return 'until-release';
  const timer = scene.timers.find(ns => Math.abs(elapsedNs - ns) < NOISE_NS);
  if (timer !== undefined) return `timeout ${timer / NS_PER_MS}`;
  return isRescued ? 'not-woken-by-release' : `after ${Math.round(elapsedNs / NS_PER_MS)} ms`;
}
