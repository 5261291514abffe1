import { TASK, type Scene } from './scene';

/** Who of vocabulary 2 that are tasks; everything else before a colon names an object, and the task itself acts. */
const THREADS: ReadonlySet<string> = new Set(['other-thread']);
const PROCESSES: ReadonlySet<string> = new Set(['child', 'other-process', 'third-process', 'holder', 'holder2']);

/** Name of the actor that takes the steps of `who`; it is there from then on. */
export function actorOf(scene: Scene, who: string | null): string {
  if (who === null || who === 'parent') return TASK;
  if (who === 'same-process') return scene.draft.hasActor('holder') ? 'holder' : TASK;
  if (THREADS.has(who)) return scene.thread(who);
  // The holder of a hold is the task; only that of a lease is a process of its own.
  if (who.startsWith('holder') && scene.area !== 'lease') return TASK;
  if (!PROCESSES.has(who)) return TASK;
  if (!scene.draft.hasActor(who)) scene.draft.actor(who, { ...scene.about, process: who });
  return who;
}
