import type { Scalar } from '@shared/lab/lab';
import { PAGE_BYTES } from '@shared/units/pages';
import { ClauseError } from '../../observation/values';
import { useNode } from '../machine';
import type { Scene, SceneMapping } from '../scene';
import { addFile } from './file-systems';
import type { Family, Said } from './family';

/** How memory of a kind is mapped, before its modifiers. */
interface Base {
  readonly fs?: string;
  readonly flags?: 'shared' | 'private';
  readonly huge?: true;
}

/** `map kind=`: the base of each kind (vocabulary 4). */
const BASES: Readonly<Record<string, Base>> = {
  'shmem-anon': { fs: 'tmpfs', flags: 'shared' },
  'pci-bar': { fs: 'pci-bar', flags: 'shared' },
  anon: {},
  thp: { huge: true },
  hugetlb: { fs: 'hugetlb', flags: 'private' },
  memfd: { fs: 'memfd', flags: 'shared' },
  tmpfs: { fs: 'tmpfs' },
  ext4dax: { fs: 'ext4dax' },
  xfsdax: { fs: 'xfsdax' },
  ext4: { fs: 'ext4' },
  xfs: { fs: 'xfs' },
  devdax: { fs: 'devdax', flags: 'shared' },
  secretmem: { fs: 'secretmem', flags: 'shared' },
};

const MODIFIERS = ['untouched', 'ro', 'none', 'rofd', 'shared', 'private', 'cowed'] as const;
type Modifier = (typeof MODIFIERS)[number];

interface Kind {
  readonly base: Base;
  readonly has: (modifier: Modifier) => boolean;
}

function kindOf(text: string, said: Said): Kind {
  const name = Object.keys(BASES).find(base => text === base || text.startsWith(`${base}-`));
  const base = name === undefined ? undefined : BASES[name];
  const modifiers = name === undefined || text === name ? [] : text.slice(name.length + 1).split('-');
  const strange = modifiers.find(modifier => !(MODIFIERS as readonly string[]).includes(modifier));
  if (base === undefined || strange !== undefined) throw new ClauseError(said.clause, `a kind of memory of vocabulary 4; got "${strange ?? text}"`);
  return { base, has: modifier => modifiers.includes(modifier) };
}

/** Memory mapped and, unless its kind says untouched, touched. */
export const maps: Family = {
  map(scene, said) {
    const { read, clause } = said;
    const text = read.text('kind') ?? '';
    const bytes = (read.whole('pages') ?? 1) * PAGE_BYTES;
    const node = placeOf(scene, said);
    const add = (kind: string, size: number, more: Readonly<Record<string, Scalar>> = {}): void => { addMapping(scene, said, kindOf(kind, said), size, { ...node, ...more }); };
    if (text === 'half-unmapped') {
      // Clauses speak of all of it: a range may reach beyond what is mapped.
      add('anon', bytes / 2);
      const half = scene.mapping!;
      scene.mappings.set(half.name, { ...half, bytes, reaches: true });
    } else if (text === 'half-anon-half-ext4shared') {
      add('anon', bytes / 2);
      const first = scene.mapping!;
      add('ext4-shared', bytes / 2);
      // Mappings of a process follow each other: a range of the first reaches into the second.
      scene.mappings.delete(scene.mapping!.name);
      scene.mappings.set(first.name, { ...first, bytes, reaches: true });
    } else if (text === '') throw new ClauseError(clause, 'kind=');
    else add(text, bytes);
    return null;
  },

  node(scene, { read }) {
    const id = read.whole('id') ?? 0;
    const memory = read.text('memory');
    if (memory === 'none') return null;
    const name = useNode(scene.draft, id, 'movable');
    if (memory === 'offline') scene.draft.amendNode(name, { state: 'offline' });
    return null;
  },
};

function placeOf(scene: Scene, { read }: Said): Readonly<Record<string, Scalar>> {
  const id = read.whole('node');
  const zone = read.text('zone');
  if (id === null) return {};
  useNode(scene.draft, id, zone ?? 'normal');
  return id === 0 ? {} : { node: id };
}

function addMapping(scene: Scene, said: Said, { base, has }: Kind, bytes: number, more: Readonly<Record<string, Scalar>>): void {
  const { fs } = base;
  const byte = said.read.text('fill') ?? 'A';
  const length = fs === 'devdax' || fs === 'hugetlb' ? Math.ceil(bytes / HUGE_BYTES) * HUGE_BYTES : bytes;
  // Whoever made the file wrote it just before: its pages are in the cache. Those on another node than 0 are faulted in there.
  const isCached = (fs === 'ext4' || fs === 'xfs') && more['node'] === undefined;
  const file = fs === undefined ? null : addFile(scene, fs, { size: `${length} B`, ...(isCached ? { cached: true } : {}) }, { byte });
  const isPrivate = has('private') || has('cowed') || base.flags === 'private';
  const isReadOnly = has('ro') || has('rofd');
  const parameters: Readonly<Record<string, Scalar>> = {
    pages: `0+${length / PAGE_BYTES}`, ...(file === null ? {} : { file: file.name, flags: isPrivate ? 'private' : 'shared' }),
    ...(has('none') ? { prot: 'none' } : isReadOnly ? { prot: 'r' } : {}), ...(base.huge === undefined ? {} : { huge: true }), ...more,
  };
  const isTouched = !has('untouched') && !has('none');
  const make = (actor: string): SceneMapping => {
    const name = scene.freshName('m');
    scene.perform(actor, 'mmap', { name, ...parameters });
    if (isTouched) touch(scene, actor, name, { isRead: isReadOnly || (isPrivate && !has('cowed') && fs !== 'hugetlb'), byte });
    return { name, bytes: length, file, owner: scene.draft.processOf(actor), again: make };
  };
  const mapping = make(said.actor);
  scene.mappings.set(mapping.name, mapping);
}

/** Faults every page in. Memory of no file gets its bytes this way. */
function touch(scene: Scene, actor: string, mapping: string, { isRead, byte }: { readonly isRead: boolean; readonly byte: string }): void {
  const step = scene.perform(actor, isRead ? 'load' : 'store', { mapping });
  if (!isRead) scene.bytes.written(step, byte);
}

const HUGE_BYTES = 2 ** 21;
