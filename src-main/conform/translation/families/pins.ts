import { useDrive, useNic, FAST_DRIVE, SLOW_DRIVE } from '../machine';
import type { Step } from '../draft';
import type { Scene } from '../scene';
import type { Family, Said, Translate } from './family';
import { mappingOf, partOfMapping } from './objects';

const direct = (word: 'odirect-read' | 'odirect-write'): Translate => (scene, said) => {
  const drive = said.read.text('dev') === 'ram' ? FAST_DRIVE : SLOW_DRIVE;
  useDrive(scene.draft, drive);
  return scene.perform(said.actor, word, { ...partOfMapping(scene, said), drive });
};

/** A call on part of a mapping that takes nothing else. */
const onMapping = (word: string): Translate => (scene, said) => scene.perform(said.actor, word, { ...partOfMapping(scene, said) });

/** Marks the step that undoes a registration, for counters that ask what it released. */
function undoing(scene: Scene, step: Step): Step {
  scene.marked.set('undo', step);
  return step;
}

const ringOf = ({ read }: Said): string => read.text('ring') ?? 'ring';
const mrOf = ({ read }: Said): string => read.text('mr') ?? 'mr';

/** Calls that take hold of user pages, and those that let go of them. */
export const pins: Family = {
  'uring-register': (scene, said) => scene.perform(said.actor, 'uring-register', { ring: ringOf(said), ...partOfMapping(scene, said) }),
  'uring-unregister': (scene, said) => undoing(scene, scene.perform(said.actor, 'uring-unregister', { ring: ringOf(said) })),
  'uring-close': (scene, said) => undoing(scene, scene.perform(said.actor, 'uring-close', { ring: ringOf(said) })),

  'ibv-reg'(scene, said) {
    useNic(scene.draft);
    const { read, actor } = said;
    const times = read.whole('times') ?? 1;
    const access = (read.set('access') ?? []).join('+') || 'none';
    const part = read.text('range') === 'null+0' ? { mapping: mappingOf(scene, said).name, range: 'null+0' } : partOfMapping(scene, said);
    const steps = Array.from({ length: times }, (_, nth) =>
      scene.perform(actor, 'ibv-reg', { name: times === 1 ? mrOf(said) : `${mrOf(said)}${nth + 1}`, ...part, access }));
    scene.repeated = steps;
    return steps.at(-1)!;
  },
  'ibv-dereg': (scene, said) => undoing(scene, scene.perform(said.actor, 'ibv-dereg', { mr: mrOf(said) })),

  'xdp-register': (scene, said) => scene.perform(said.actor, 'xdp-register', { socket: 'umem', ...partOfMapping(scene, said) }),
  'xdp-close': (scene, said) => undoing(scene, scene.perform(said.actor, 'xdp-close', { socket: 'umem' })),
  socket: (scene, said) => scene.perform(said.actor, 'socket', { family: said.read.text('family') ?? '' }),

  vmsplice(scene, said) {
    const step = scene.perform(said.actor, 'vmsplice', { ...partOfMapping(scene, said), pipe: 'pipe' });
    scene.marked.set('vmsplice', step);
    return step;
  },
  'read-pipe'(scene, said) {
    const step = scene.perform(said.actor, 'read-pipe', { pipe: scene.marked.has('vmsplice') ? 'pipe' : 'hold' });
    scene.marked.set('read-pipe', step);
    return step;
  },

  'odirect-read': direct('odirect-read'),
  'odirect-write': direct('odirect-write'),
  'process-vm-read': onMapping('process-vm-read'),
  'process-vm-write': onMapping('process-vm-write'),
  'proc-mem-write': onMapping('proc-mem-write'),
  mlock: onMapping('mlock'),
};
