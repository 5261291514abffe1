import { NotModelled } from '../translation/not-modelled';
import type { Evidence } from './evidence';
import type { Fact, Facts } from './fact';

/** "ok", or how the call of the common tail failed. */
const callOf = (mark: string): Fact => evidence => {
  const step = evidence.scene.marked.get(mark);
  if (step === undefined) throw new NotModelled(mark);
  const { errno, killedBy } = evidence.outcome(step);
  return killedBy ?? errno ?? 'ok';
};

/** A store through the old mapping: whoever died of one cannot make another. */
const touch: Fact = (evidence: Evidence) => callOf('touch')(evidence);

/** What calls come to once the device is gone, or the file system was to go. */
export const teardownFacts: Facts = {
  touch_mapping_during_or_just_after: touch,
  touch_mapping_at_end: touch,
  open_device_after: callOf('open-device'),
  mmap_old_fd_after: callOf('mmap-old-fd'),
  pread: callOf('pread'),
  pwrite: callOf('pwrite'),
  fsync: callOf('fsync'),
  create: callOf('create'),
  dereg_result: evidence => {
    const release = evidence.scene.marked.get('dereg') ?? evidence.scene.marked.get('undo') ?? evidence.scene.hold?.release ?? null;
    if (release === null) throw new NotModelled('a deregistration');
    const { result, errno } = evidence.outcome(release);
    return errno ?? result;
  },
  odirect_result: evidence => {
    const { hold } = evidence.scene;
    return hold === undefined ? null : evidence.outcome(hold.step).result;
  },
};
