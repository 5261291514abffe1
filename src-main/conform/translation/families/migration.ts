import { useNode } from '../machine';
import type { Scene } from '../scene';
import { actorOf } from '../who';
import type { Family, Said } from './family';
import { mappingOf, partOfMapping } from './objects';

/** Nodes that a text such as "0-7:1,8-15:7" or "even:0,odd:1" sends pages to. */
function useNodesOf(scene: Scene, to: string): void {
  const nodes = to.includes(':') ? to.split(',').map(part => part.split(':')[1]) : [to];
  for (const node of nodes) if (node === '0' || node === '1') useNode(scene.draft, Number(node), 'normal');
}

/** "5=unmapped,6=page3" of entry5=unmapped entry6=page3. */
function entriesOf({ clause }: Said): Readonly<Record<string, string>> {
  const entries = Object.entries(clause.values).flatMap(([key, value]) => (/^entry\d+$/.test(key) ? [`${key.slice('entry'.length)}=${value}`] : []));
  return entries.length === 0 ? {} : { entries: entries.join(',') };
}

/** Moving pages between NUMA nodes, and memory that comes and goes. */
export const migration: Family = {
  'move-pages'(scene, said) {
    const { read, actor } = said;
    const to = read.text('to') ?? '';
    useNodesOf(scene, to);
    const pid = read.text('pid');
    return scene.perform(actor, 'move-pages', {
      ...partOfMapping(scene, said), to, flags: read.text('flags') ?? 'MOVE', ...(pid === null ? {} : { pid: actorOf(scene, pid) }), ...entriesOf(said),
    });
  },
  mbind(scene, said) {
    const node = said.read.text('node') ?? '0';
    useNodesOf(scene, node);
    return scene.perform(said.actor, 'mbind', { mapping: mappingOf(scene, said).name, policy: said.read.text('policy') ?? '', node, flags: said.read.text('flags') ?? '' });
  },
  'migrate-pages'(scene, said) {
    const { read } = said;
    const [from, to] = [read.text('from') ?? '0', read.text('to') ?? '1'];
    useNodesOf(scene, from);
    useNodesOf(scene, to);
    return scene.perform(said.actor, 'migrate-pages', { from, to });
  },
  'memory-block': (scene, said) => scene.perform(said.actor, 'memory-block', { node: useNode(scene.draft, 2, 'movable'), write: said.read.text('write') ?? '' }),
};
