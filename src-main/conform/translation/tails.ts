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
  lookAround(scene, asks);
  rescue(scene);
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

/** What is tried once a device or file system was taken away: the calls that counters ask for, the one that may kill last. */
function lookAround(scene: Scene, asks: (counter: string) => boolean): void {
  const { file, mapping } = scene;
  const mark = (name: string, word: string, parameters: Readonly<Record<string, string>>): void => { scene.marked.set(name, scene.perform(TASK, word, parameters)); };
  if (file !== undefined) {
    for (const word of ['pread', 'pwrite', 'fsync']) if (asks(word)) mark(word, word, { file: file.name, ...(word === 'fsync' ? {} : { pages: '0+1' }) });
    if (asks('create')) mark('create', 'create', { name: scene.freshName('C'), fs: file.fs });
    if (asks('open_device_after')) mark('open-device', 'open', { file: file.name, fd: scene.freshName('fd'), flags: 'O_RDWR' });
    const [fd] = scene.fds.keys();
    if (asks('mmap_old_fd_after') && fd !== undefined) mark('mmap-old-fd', 'mmap', { name: scene.freshName('m'), file: file.name, fd, pages: '0+512' });
  }
  if (asks('touch_mapping_at_end') && mapping !== undefined) mark('touch', 'store', { mapping: mapping.name, pages: '0+1' });
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
