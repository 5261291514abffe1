import { NotModelled } from '../translation/not-modelled';
import type { Evidence } from './evidence';
import type { Fact, Facts } from './fact';
import { holdFacts } from './holds';

/** What came of a step that no clause names: "ok", an errno, or the signal that it died of. */
const outcomeOf = (mark: string): Fact => (evidence: Evidence) => {
  const step = evidence.scene.marked.get(mark);
  const outcome = step === undefined ? undefined : evidence.outcome(step);
  if (outcome === undefined || outcome.state !== 'done') throw new NotModelled(`${mark}, which the run did not come to`);
  return outcome.killedBy ?? outcome.errno ?? 'ok';
};

/** What is left of a mapping and a device when driver or file system are gone. */
export const teardownFacts: Facts = {
  touch_mapping_during_or_just_after: outcomeOf('touch'),
  touch_mapping_at_end: outcomeOf('touch-end'),
  open_device_after: outcomeOf('open-after'),
  mmap_old_fd_after: outcomeOf('mmap-after'),
  odirect_result: evidence => holdFacts['io_result']!(evidence),
};
