import type { LabActor } from '@shared/lab/lab';
import { ClauseError } from '../../observation/values';
import { TASK } from '../scene';
import { actorOf } from '../who';
import type { Family, Said } from './family';

type Handler = NonNullable<LabActor['handler']>;

const HANDLERS: ReadonlyMap<string, Handler> = new Map((['none', 'restart', 'no-restart'] as const).map(name => [name, name]));

function handlerOf({ clause, read }: Said): Handler {
  const handler = HANDLERS.get(read.text('handler') ?? 'none');
  if (handler === undefined) throw new ClauseError(clause, 'handler=none, restart or no-restart');
  return handler;
}

/** Who acts, with which rights; processes, and signals between them. */
export const processes: Family = {
  caller(scene, { read }) {
    const uid = read.whole('uid');
    scene.about = { ...scene.about, ...(uid === null ? {} : { uid }), ...(read.text('caps') === 'none' ? { caps: 'none' } : {}) };
    scene.draft.actor(TASK, scene.about);
    return null;
  },

  rlimit(scene, { read }) {
    const bytes = read.size('memlock');
    if (bytes !== null) scene.about = { ...scene.about, memlock: `${bytes} B` };
    scene.draft.actor(TASK, scene.about);
    return null;
  },

  fork(scene, said) {
    scene.hasForked = true;
    const step = scene.perform(said.actor, 'fork', { child: 'child' });
    scene.draft.actor('child', { process: 'child' });
    return step;
  },

  exit: (scene, said) => scene.perform(said.actor, 'exit'),

  kill(scene, said) {
    const target = actorOf(scene, said.read.text('who'));
    scene.draft.actor(target, { handler: handlerOf(said) });
    const step = scene.perform(scene.outsider(), 'kill', { actor: target, sig: said.read.text('sig') ?? '' });
    scene.signals.push(step);
    return step;
  },

  'signal-handler'(scene, said) {
    scene.draft.actor(TASK, { handler: handlerOf(said) });
    return null;
  },

  wait: (scene, said) => scene.pause(said.actor, said.read.time('for') ?? 0),

  swap: () => null,
};
