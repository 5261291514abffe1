import { PAGE_BYTES } from '@shared/units/pages';
import { ClauseError } from '../../observation/values';
import type { Step } from '../draft';
import { partOf, type Scene } from '../scene';
import type { Family, Said } from './family';
import { mappingOf, pagesAround, rangeOf } from './objects';

/** A CPU access to one byte, to a byte of each page of a range, or to every second page. */
function access(scene: Scene, said: Said, word: 'load' | 'store'): Step {
  const { read, actor, clause } = said;
  const mapping = scene.mappings.get(scene.regions.get(read.text('mr') ?? '')?.mapping ?? '') ?? mappingOf(scene, said);
  const offset = (read.size('offset') ?? 0) % PAGE_BYTES;
  const byte = read.text('byte') ?? '?';
  scene.touchedByte = read.size('offset') ?? (read.text('pages') === 'even' ? 0 : rangeOf(said)?.start ?? 0);
  const perform = (pages: Readonly<Record<string, string | number | boolean>>): Step => {
    const step = scene.perform(actor, word, { mapping: mapping.name, ...pages, offset });
    if (word === 'store') scene.bytes.written(step, byte);
    return step;
  };
  const load = (step: Step, pages: readonly number[]): Step => {
    if (word === 'load') scene.loads.push({ step, mapping: mapping.name, pages, offset });
    return step;
  };
  const count = mapping.bytes / PAGE_BYTES;
  if (read.text('pages') !== 'even') {
    const range = pagesAround(rangeOf(said)) ?? { start: 0, length: mapping.bytes };
    return load(perform(partOf(range)), Array.from({ length: range.length / PAGE_BYTES }, (_, nth) => range.start / PAGE_BYTES + nth));
  }
  if (count === 0) throw new ClauseError(clause, 'a mapping with pages');
  let last: Step | null = null;
  for (let page = 0; page < count; page += 2) last = perform({ pages: `${page}+1` });
  return load(last!, Array.from({ length: Math.ceil(count / 2) }, (_, nth) => nth * 2));
}

/** What a CPU does through a mapping. */
export const accesses: Family = {
  load: (scene, said) => access(scene, said, 'load'),
  store: (scene, said) => access(scene, said, 'store'),

  'store-every-page'(scene, said) {
    const threads = said.read.whole('threads') ?? 1;
    const mapping = mappingOf(scene, said);
    const process = scene.draft.processOf(said.actor);
    const actors = Array.from({ length: threads }, (_, nth) => (nth === 0 ? said.actor : scene.thread(scene.freshName('thread'), process)));
    // Each thread has a byte of its own in every page.
    const steps = scene.performTogether(actors, 'store', nth => ({ mapping: mapping.name, offset: nth }));
    steps.forEach((step, nth) => { scene.bytes.written(step, String(nth + 1)); });
    scene.racers.push(...steps);
    return steps[0]!;
  },
};
