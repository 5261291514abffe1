import type { Scalar } from '@shared/lab/lab';
import { PAGE_BYTES } from '@shared/units/pages';
import { NotModelled } from '../not-modelled';
import type { Step } from '../draft';
import { useNic } from '../machine';
import { partOf, TASK, type Scene, type SceneRegion } from '../scene';
import type { Family, Said, Translate } from './family';

/** Memory that each queue pair's side has; regions lie in it. */
const SIDE_BYTES = 16 * PAGE_BYTES;

/** Protection domains are there once they are named. */
function domain(scene: Scene, { read }: Said): Readonly<Record<string, string>> {
  const pd = read.text('pd');
  if (pd === null) return {};
  const name = `pd${pd}`;
  if (!scene.domains.has(name)) scene.perform(TASK, 'create-pd', { name });
  scene.domains.add(name);
  return { pd: name };
}

const accessOf = ({ read }: Said): Readonly<Record<string, string>> => {
  const access = read.set('access');
  return access === null ? {} : { access: access.join('+') || 'none' };
};

/** Anonymous memory of a queue pair's side, filled with the byte of its first region. */
function memoryOf(scene: Scene, side: string, fill: string): string {
  const name = `memory-${side}`;
  if (!scene.mappings.has(name)) {
    scene.perform(TASK, 'mmap', { name, pages: `0+${SIDE_BYTES / PAGE_BYTES}` });
    scene.mappings.set(name, { name, bytes: SIDE_BYTES, file: null });
    scene.bytes.written(scene.perform(TASK, 'store', { mapping: name }), fill);
  }
  return name;
}

/** The region that a clause names, or why it names none. */
export function regionOf(scene: Scene, name: string): SceneRegion {
  const region = scene.regions.get(name);
  if (region === undefined) throw new NotModelled(`the region "${name}"`);
  return region;
}

/** A work request: what is common to all of them. Nobody waits for its completion before the next one is posted. */
const post = (word: string, keys: readonly string[]): Translate => (scene, said) => {
  const { read, clause } = said;
  const length = read.size('len');
  const texts = Object.fromEntries(keys.flatMap(key => (clause.values[key] === undefined ? [] : [[key, clause.values[key]]])));
  const step = scene.perform(TASK, word, { qp: clause.who ?? '', ...(length === null ? {} : { len: `${length} B` }), ...texts, poll: 'false' });
  note(scene, said, step);
  return step;
};

/** Remembers which completion is whose, and where the first request of all lands. */
function note(scene: Scene, { clause, read }: Said, step: Step): void {
  const wr = read.whole('wr');
  if (wr !== null) scene.workIds.set(step, wr);
  const local = scene.regions.get(clause.values['local']?.split('+')[0] ?? '');
  const length = read.size('len') ?? 8;
  if (clause.word === 'rdma-write' && local !== undefined) scene.bytes.written(step, local.fill);
  if (scene.target === null && clause.values['remote'] !== undefined && length >= 0) scene.target = clause.values['remote'];
}

/** Queue pairs, regions, work requests. */
export const rdma: Family = {
  qp(scene, said) {
    useNic(scene.draft);
    const { read } = said;
    const name = read.text('name') ?? '';
    const peer = scene.setup.find(({ word, values }) => word === 'qp' && values['name'] !== name)?.values['name'];
    if (peer === undefined) throw new NotModelled('a queue pair without a peer');
    if (read.text('role') !== null) scene.roles.set(read.text('role') ?? '', name);
    const counts: Record<string, Scalar> = {};
    for (const [key, parameter] of [['retry_cnt', 'retryCount'], ['rnr_retry', 'rnrRetry']] as const) {
      const value = read.whole(key);
      if (value !== null) counts[parameter] = value;
    }
    return scene.perform(TASK, 'qp', { name, peer, ...domain(scene, said), ...accessOf(said), ...counts });
  },

  mr(scene, said) {
    const { read } = said;
    const name = read.text('name') ?? '';
    const over = scene.regions.get(read.text('at') ?? '');
    const fill = read.text('fill') ?? over?.fill ?? 'A';
    const mapping = over?.mapping ?? memoryOf(scene, read.text('qp') ?? '', fill);
    const range = read.range('range') ?? over?.range ?? { start: 0, length: SIDE_BYTES };
    scene.regions.set(name, { name, mapping, range, fill });
    return scene.perform(TASK, 'ibv-reg', { name, mapping, ...partOf(range), ...accessOf(said), ...domain(scene, said) });
  },

  'rdma-write': post('rdma-write', ['local', 'remote', 'rkey', 'lkey', 'wr']),
  'rdma-read': post('rdma-read', ['local', 'remote', 'rkey', 'lkey', 'wr']),
  send: post('send', ['local', 'lkey', 'wr']),
  'post-recv': post('post-recv', ['local', 'lkey', 'wr']),
  'fetch-add': post('fetch-add', ['add', 'local', 'remote', 'rkey', 'lkey', 'wr']),

  dereg(scene, said) {
    const step = scene.perform(TASK, 'dereg', { mr: said.read.text('mr') ?? '' });
    scene.marked.set('dereg', step);
    return step;
  },

  rereg(scene, said) {
    const { read } = said;
    const region = regionOf(scene, read.text('mr') ?? '');
    const change = read.text('change') ?? '';
    const step = scene.perform(TASK, 'rereg', {
      mr: region.name, change, ...(change === 'translation' ? { mapping: region.mapping, ...partOf(read.range('range')) } : {}),
      ...(change === 'access' ? accessOf(said) : {}), ...(change === 'pd' ? domain(scene, said) : {}),
    });
    scene.marked.set('rereg', step);
    return step;
  },

  'bind-mw'(scene, said) {
    const { read } = said;
    const step = scene.perform(TASK, 'bind-mw', { name: read.text('name') ?? '', mr: read.text('mr') ?? '', ...partOf(read.range('range')), ...accessOf(said) });
    scene.marked.set('bind', step);
    return step;
  },

  'dealloc-pd'(scene, said) {
    const step = scene.perform(TASK, 'dealloc-pd', domain(scene, said));
    scene.marked.set('dealloc-pd', step);
    return step;
  },
};
