import type { Expectation, Lab } from '@shared/lab/lab';
import type { Clause } from '../observation/clause';
import type { Observation } from '../observation/observation';
import { readingOf } from '../observation/values';
import { translationOf } from './families/registry';
import { NotModelled } from './not-modelled';
import { policyOfKernel } from './policy';
import { Scene } from './scene';
import { addTails } from './tails';
import { nameOf, type Step } from './draft';
import { actorOf } from './who';

/** A lab made of an observation, and what its run has to be asked. */
export interface Translation {
  readonly lab: Lab;
  readonly scene: Scene;
}

/**
 * Turns an observation into a lab: the set-up, then the action with its observed call, then what its counters ask for.
 * @throws {NotModelled} where the lab has no word for what a clause says.
 */
export function translate(observation: Observation): Translation {
  const scene = new Scene(observation.area, observation.setup);
  for (const clause of observation.setup) {
    if (clause.who === 'waiting') begin(scene, clause);
    else sayPreparing(scene, clause);
  }
  scene.isActing = true;
  const observedAt = Math.max(0, observation.action.findIndex(({ observe }) => observe));
  observation.action.forEach((clause, nth) => { act(scene, clause, nth === observedAt, observation.action.slice(observedAt + 1)); });
  if (scene.observed.length === 0) throw new NotModelled(`observing "${observation.action[observedAt]?.word ?? ''}"`);
  addTails(scene, observation);
  scene.end();
  const notes = `set-up: ${textOf(observation.setup)}\naction: ${textOf(observation.action)}\nobserved on ${observation.kernel}`;
  return { lab: scene.draft.lab(observation.id, [policyOfKernel(observation.kernel), ...scene.settings].join(','), notes, expectationsOf(observation, scene)), scene };
}

const textOf = (clauses: readonly Clause[]): string => clauses.map(({ text }) => text).join('; ');

/** What of the outcome a lab can say of itself: a plain result or errno. */
function expectationsOf({ observed, variants }: Observation, scene: Scene): readonly Expectation[] {
  const step = scene.observed.at(-1);
  if (step === undefined || variants.length > 0) return [];
  if (observed.errno !== '0') return [{ op: nameOf(step), errno: observed.errno }];
  return ACCESS_WORDS.has(scene.draft.wordOf(step)) || !/^\d+$/.test(observed.result) ? [] : [{ op: nameOf(step), result: Number(observed.result) }];
}

/** A CPU access answers how many pages it touched, where observations only say that it went through. */
const ACCESS_WORDS: ReadonlySet<string> = new Set(['load', 'store']);

function sayPreparing(scene: Scene, clause: Clause): void {
  say(scene, clause);
  if (clause.who === 'child' && !scene.hasForked) scene.ownChild ??= { actor: 'child', nth: 1 };
}

function say(scene: Scene, clause: Clause, actor = actorOf(scene, clause.who)): Step | null {
  const translation = translationOf(clause.word);
  if (translation === undefined) throw new NotModelled(`"${clause.word}"`);
  return translation(scene, { clause, read: readingOf(clause), actor });
}

/** A step that has started and not returned when the action runs. */
function begin(scene: Scene, clause: Clause): void {
  const step = say(scene, clause, scene.thread('waiting'));
  if (step === null) throw new NotModelled(`waiting in "${clause.word}"`);
  scene.waiting = step;
  scene.goOnInside(step);
}

/** A step of the action. One with a time comes that long after the observed call began; it may still be waiting then. */
function act(scene: Scene, clause: Clause, isObserved: boolean, followUps: readonly Clause[]): void {
  const actor = actorOf(scene, clause.who);
  const afterNs = /^\d+(ms|s)$/.test(clause.values['at'] ?? '') ? readingOf(clause).time('at') : null;
  const base = isObserved ? scene.waiting : scene.observed.at(-1);
  if (afterNs !== null && base !== null && base !== undefined) {
    const runner = clause.word === 'kill' ? scene.outsider() : actor;
    scene.await(runner, base, 'inside');
    scene.goOnBehind(scene.draft.wait(runner, afterNs));
  }
  scene.repeated = [];
  const step = say(scene, clause, actor);
  if (!isObserved || step === null) return;
  scene.observed = scene.repeated.length > 0 ? [...scene.repeated] : [step];
  if (followUps.some(({ values }) => /^\d+(ms|s)$/.test(values['at'] ?? ''))) scene.goOnInside(step);
}
