import { NS_PER_S } from '@shared/units/time';
import type { Observation } from '../observation/observation';
import { TASK, type Scene } from './scene';

/** A signal that much later makes a call look again that a release did not wake (vocabulary 8.1, not-woken-by-release). */
const RESCUE_NS = 4 * NS_PER_S;

/** Steps that no clause names, because every probe of their kind ends with them: what counters show is asked of these. */
export function addTails(scene: Scene, { observed, action }: Observation): void {
  const asks = (counter: string): boolean => counter in observed.counters;
  const undo = action[0]?.word;
  if (asks('unregister') && undo === 'uring-register') scene.marked.set('undo', scene.perform(TASK, 'uring-unregister', { ring: action[0]?.values['ring'] ?? 'ring' }));
  if (asks('dereg') && undo === 'ibv-reg') scene.marked.set('undo', scene.perform(TASK, 'ibv-dereg', { mr: action[0]?.values['mr'] ?? 'mr' }));
  if (Array.isArray(observed.counters['later'])) postAgain(scene, observed.counters['later'].length > 0);
  if (asks('touch_mapping_during_or_just_after')) touchAfter(scene);
  if (asks('mmap_old_fd_after')) openAfter(scene);
  rescue(scene);
}

/** Stores through the old mapping, right behind the call and once more. */
function touchAfter(scene: Scene): void {
  const [call] = scene.observed;
  if (call === undefined || scene.mapping === undefined) return;
  const toucher = scene.thread('toucher');
  scene.await(toucher, call, 'done');
  for (const mark of ['touch', 'touch-end']) scene.marked.set(mark, scene.draft.say(toucher, 'store', { mapping: scene.mapping.name, range: '0+4096' }));
}

/** Opens the device again, and maps it anew. */
function openAfter(scene: Scene): void {
  const [call] = scene.observed;
  if (call === undefined || scene.file === undefined) return;
  const after = scene.thread('after');
  scene.await(after, call, 'done');
  scene.marked.set('open-after', scene.draft.say(after, 'open', { file: scene.file.name, fd: 'after', flags: 'O_RDWR' }));
  scene.marked.set('mmap-after', scene.draft.say(after, 'mmap', { name: 'after', file: scene.file.name, range: `0+${2 ** 21}`, flags: 'shared' }));
}

function rescue(scene: Scene): void {
  const [call] = scene.observed;
  if (call === undefined || scene.signals.length > 0 || !scene.holds.some(({ kind }) => kind.includes('odirect'))) return;
  scene.draft.actor(call.actor, { handler: 'restart' });
  const rescuer = scene.thread('rescuer', 'rescuer');
  scene.await(rescuer, call, 'inside');
  scene.draft.wait(rescuer, RESCUE_NS);
  scene.rescue = scene.draft.say(rescuer, 'kill', { actor: call.actor, sig: 'SIGUSR1' });
}

/** Longer than any of the retries of a queue pair takes. */
const SETTLED_NS = 10 * NS_PER_S;

/** The tail of every RDMA probe: two more writes and a receive, once all that was posted before has completed. */
function postAgain(scene: Scene, isRun: boolean): void {
  const [requester, responder] = [scene.roles.get('requester'), scene.roles.get('responder')];
  if (requester === undefined || responder === undefined) return;
  scene.pause(TASK, SETTLED_NS);
  if (!isRun) return;
  for (const wr of [50, 51]) {
    const step = scene.perform(TASK, 'rdma-write', { qp: requester, len: '16 B', local: 'l+0', remote: 'r+4096', wr: String(wr), poll: 'false' });
    scene.workIds.set(step, wr);
    scene.tail.add(step);
    scene.pause(TASK, SETTLED_NS);
  }
  scene.tail.add(scene.perform(TASK, 'post-recv', { qp: responder, len: '64 B', wr: '60' }));
}
