import { PAGE_BYTES } from '@shared/units/pages';
import type { Scalar } from '@shared/lab/lab';
import { NotModelled } from '../not-modelled';
import { partOf } from '../scene';
import type { Family } from './family';
import { fileOf, mappingOf, pagesAround, partOfMapping, rangeOf } from './objects';

/** Flags of mmap(2) that have a word in labs. */
const FLAGS: Readonly<Record<string, Readonly<Record<string, Scalar>>>> = {
  MAP_SHARED: { flags: 'shared' },
  MAP_PRIVATE: { flags: 'private' },
  MAP_SHARED_VALIDATE: { flags: 'shared-validate' },
  MAP_SYNC: { sync: true },
};

/** Address spaces: making, changing and taking away mappings. */
export const mappings: Family = {
  mmap(scene, said) {
    const { read, actor, clause } = said;
    const at = read.text('at');
    const name = read.text('name') ?? scene.freshName('m');
    const over = at === null ? undefined : scene.mappings.get(scene.regions.get(at)?.mapping ?? at);
    if (over !== undefined) {
      scene.overlays.set(over.name, name);
      const step = scene.perform(actor, 'mmap', { name, pages: `0+${over.bytes / PAGE_BYTES}`, over: over.name });
      scene.mappings.set(name, { name, bytes: over.bytes, file: null });
      const fill = read.text('fill');
      if (fill !== null) scene.bytes.written(scene.perform(actor, 'store', { mapping: name }), fill);
      return step;
    }
    const file = fileOf(scene, said, 'of');
    const range = pagesAround(rangeOf(said));
    const flags: Record<string, Scalar> = {};
    for (const flag of read.flags('flags') ?? ['MAP_SHARED']) {
      const known = FLAGS[flag];
      if (known === undefined && !flag.startsWith('0x')) throw new NotModelled(`mmap flag ${flag}`);
      Object.assign(flags, known ?? { unknownFlags: true });
    }
    const prot = read.text('prot') ?? 'rw';
    const step = scene.perform(actor, 'mmap', { name, file: file.name, ...partOf(range), prot, ...flags });
    scene.mappings.set(name, { name, bytes: range?.length ?? file.bytes, file });
    if (clause.observe) scene.marked.set('mmap', step);
    return step;
  },

  munmap(scene, said) {
    const region = scene.regions.get(said.read.text('mr') ?? '');
    if (region !== undefined) return scene.perform(said.actor, 'munmap', { mapping: region.mapping, ...partOf(region.range) });
    return scene.perform(said.actor, 'munmap', { mapping: mappingOf(scene, said).name, ...partOf(rangeOf(said)) });
  },

  mprotect: (scene, said) => scene.perform(said.actor, 'mprotect', { ...partOfMapping(scene, said), prot: said.read.text('prot') ?? '' }),

  mremap(scene, said) {
    const pages = said.read.whole('pages') ?? 1;
    return scene.perform(said.actor, 'mremap', { mapping: mappingOf(scene, said).name, newPages: pages });
  },
};
