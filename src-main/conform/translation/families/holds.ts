import { NotModelled } from '../not-modelled';
import type { Step } from '../draft';
import { SLOW_DRIVE, useDrive, useNic } from '../machine';
import { partOf, type Scene, type SceneMapping } from '../scene';
import type { ByteRange } from '../../observation/values';
import type { Family, Said } from './family';
import { mappingOf, pagesAround, rangeOf } from './objects';

/** How pages of each kind are held, and let go of. */
interface HoldKind {
  take(scene: Scene, said: Said, mapping: SceneMapping, part: Readonly<Record<string, string | number | boolean>>): Step;
  /** Word and parameters of what drops the hold; null where it ends by itself. */
  readonly drop: readonly [string, Readonly<Record<string, string>>] | null;
}

const NAME = 'hold';

/** O_DIRECT on the slow device: a thread of its own waits in it, and it ends by itself. */
const inFlight = (word: 'odirect-read' | 'odirect-write'): HoldKind => ({
  take(scene, { actor }, mapping, part) {
    useDrive(scene.draft, SLOW_DRIVE);
    const step = scene.perform(scene.thread('io', scene.draft.processOf(actor)), word, { mapping: mapping.name, ...part, drive: SLOW_DRIVE });
    if (word === 'odirect-read') scene.bytes.written(step, 'D');
    scene.goOnInside(step);
    return step;
  },
  drop: null,
});

/** `hold kind=` (vocabulary 6). */
const KINDS: Readonly<Record<string, HoldKind>> = {
  vmsplice: {
    take: (scene, { actor }, mapping, part) => scene.perform(actor, 'vmsplice', { mapping: mapping.name, ...part, pipe: NAME }),
    drop: ['read-pipe', { pipe: NAME }],
  },
  'odirect-read': inFlight('odirect-read'),
  'uring-odirect-read': inFlight('odirect-read'),
  'odirect-write': inFlight('odirect-write'),
  uring: {
    take: (scene, { actor }, mapping, part) => scene.perform(actor, 'uring-register', { ring: NAME, mapping: mapping.name, ...part }),
    drop: ['uring-unregister', { ring: NAME }],
  },
  'ibv-mr': {
    take(scene, { actor }, mapping, part) {
      useNic(scene.draft);
      return scene.perform(actor, 'ibv-reg', { name: NAME, mapping: mapping.name, ...part, access: 'local-write' });
    },
    drop: ['ibv-dereg', { mr: NAME }],
  },
  xdp: {
    take: (scene, { actor }, mapping, part) => scene.perform(actor, 'xdp-register', { socket: NAME, mapping: mapping.name, ...part }),
    drop: ['xdp-close', { socket: NAME }],
  },
  mlock: {
    take: (scene, { actor }, mapping, part) => scene.perform(actor, 'mlock', { mapping: mapping.name, ...part }),
    drop: ['munlock', { mapping: 'm1' }],
  },
};

/** Memory as it stands held when the action begins. */
export const holds: Family = {
  'device-read': (scene, said) => throughHold(scene, said),
  'device-write': (scene, said) => throughHold(scene, said),

  hold(scene, said) {
    const kind = said.read.text('kind') ?? '';
    if (kind === 'none') return scene.isActing ? scene.perform(said.actor, 'wait', { for: '0 ms' }) : null;
    const mapping = mappingOf(scene, said);
    const range = rangeOf(said);
    if (kind === 'fork' || kind === 'fork-child-touched') return sharedWithChild(scene, said, mapping, kind === 'fork-child-touched');
    const how = KINDS[kind];
    if (how === undefined) throw new NotModelled(`hold kind "${kind}"`);
    const step = how.take(scene, said, mapping, partOf(pagesAround(range)));
    if (said.clause.observe || scene.isActing) scene.takesHold = true;
    remember(scene, { kind, step, mapping, range, drop: how.drop === null ? null : [how.drop[0], kind === 'mlock' ? { mapping: mapping.name } : how.drop[1]], said });
    return step;
  },
};

/** The device behind the hold at work: I/O through a registered buffer; a request in flight does it by itself, when it completes. */
function throughHold(scene: Scene, { clause, read, actor }: Said): Step {
  const { hold } = scene;
  if (hold === undefined) throw new NotModelled(`"${clause.word}" without a hold`);
  const byte = read.text('byte');
  if (hold.kind !== 'uring') {
    if (byte !== null) scene.bytes.written(hold.step, byte);
    return scene.perform(actor, 'await-done', { actor: hold.step.actor, op: hold.step.nth });
  }
  const step = scene.perform(actor, clause.word, { ring: NAME });
  if (byte !== null) scene.bytes.written(step, byte);
  scene.marked.set('device-io', step);
  scene.marked.set(clause.word, step);
  return step;
}

function sharedWithChild(scene: Scene, said: Said, mapping: SceneMapping, touches: boolean): Step {
  const child = 'sharer';
  scene.takesHold = scene.isActing;
  const step = scene.perform(said.actor, 'fork', { child });
  scene.draft.actor(child, { process: child });
  if (touches) scene.perform(child, 'store', { mapping: mapping.name });
  remember(scene, { kind: 'fork', step, mapping, range: null, drop: ['exit', {}], said, dropper: child });
  return step;
}

interface Taken {
  readonly kind: string;
  readonly step: Step;
  readonly mapping: SceneMapping;
  readonly range: ByteRange | null;
  readonly drop: readonly [string, Readonly<Record<string, string>>] | null;
  readonly said: Said;
  readonly dropper?: string;
}

/** The owner drops a timed hold after its time; another one lasts until the observed call has returned. */
function remember(scene: Scene, { kind, step, mapping, range, drop, said, dropper }: Taken): void {
  const forNs = said.read.time('for');
  const hold = { kind, step, mapping, range: range ?? { start: 0, length: mapping.bytes }, release: drop === null ? step : null };
  scene.holds.push(hold);
  if (drop === null) scene.releases.push(step);
  else if (forNs === null) {
    scene.atTheEnd(() => {
      const owner = dropper ?? scene.thread('owner', scene.draft.processOf(said.actor));
      hold.release = scene.perform(owner, ...drop);
    });
  } else {
    const owner = dropper ?? scene.thread('owner', scene.draft.processOf(said.actor));
    scene.await(owner, step, 'done');
    scene.draft.wait(owner, forNs);
    hold.release = scene.draft.say(owner, ...drop);
    scene.releases.push(hold.release);
  }
}
