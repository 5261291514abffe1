import { partOf, TASK, type Scene, type SceneFile } from '../scene';
import type { Step } from '../draft';
import type { Family, Said, Translate } from './family';
import { addFile, nodeOf, uidOf } from './file-systems';
import { fileOf, partOfMapping, rangeOf } from './objects';

/** A call on a file that takes nothing else. */
const onFile = (word: string): Translate => (scene, said) => scene.perform(said.actor, word, { file: fileOf(scene, said).name });

const transfer = (word: 'pread' | 'pwrite'): Translate => (scene, said) => {
  const range = rangeOf(said);
  const step = scene.perform(said.actor, word, { file: fileOf(scene, said).name, ...partOf(range) });
  if (word === 'pwrite') scene.bytes.written(step, said.read.text('byte') ?? '?');
  return step;
};

const sized = (word: 'ftruncate' | 'truncate'): Translate => (scene, said) =>
  scene.perform(said.actor, word, { file: fileOf(scene, said).name, size: `${said.read.size('size') ?? 0} B` });

/** Maps every page of a file and touches it. */
function mapAll(scene: Scene, file: SceneFile): void {
  const name = scene.freshName('m');
  scene.perform(TASK, 'mmap', { name, file: file.name, flags: 'shared' });
  scene.mappings.set(name, { name, bytes: file.bytes, file });
  scene.perform(TASK, 'load', { mapping: name });
}

const LAYOUTS: Readonly<Record<string, 'hole' | 'unwritten' | 'written'>> = { hole: 'hole', unwritten: 'unwritten', zeros: 'written' };

/** Files, and what system calls do to them. */
export const files: Family = {
  file(scene, { read }) {
    const bytes = read.size('size') ?? 0;
    const layout = LAYOUTS[read.text('layout') ?? ''];
    const fs = read.text('fs') ?? scene.mounted ?? '';
    const [mode, owner] = [read.text('mode'), read.text('owner')];
    const xflag = read.text('xflag');
    const about = {
      size: `${bytes} B`, ...(layout === undefined ? {} : { layout }), ...(mode === null ? {} : { mode }), ...(owner === null ? {} : { owner: uidOf(owner) }), ...(xflag === null ? {} : { xflag: Number(xflag) }),
    };
    const file = addFile(scene, fs, about, { name: read.text('name'), byte: layout === undefined ? read.text('fill') ?? 'A' : '0' });
    if (read.text('map') === 'shared') mapAll(scene, file);
    return null;
  },

  dir(scene, { read }) {
    const name = scene.freshName('D');
    const fs = read.text('fs') ?? '';
    const xflag = read.text('xflag');
    addFile(scene, fs, { size: '0 B', type: 'directory', ...(xflag === null ? {} : { xflag: Number(xflag) }) }, { name, byte: '0' });
    scene.directory = name;
    return null;
  },

  pipe(scene) {
    addFile(scene, 'tmpfs', { size: '0 B', type: 'pipe' }, { byte: '0' });
    return null;
  },

  ftruncate: sized('ftruncate'),
  truncate: sized('truncate'),
  fallocate: (scene, said) => scene.perform(said.actor, 'fallocate', { file: fileOf(scene, said).name, mode: said.read.text('mode') ?? '', ...partOf(rangeOf(said)) }),
  pread: transfer('pread'),
  pwrite: transfer('pwrite'),
  read: (scene, said) => scene.perform(said.actor, 'read', { file: fileOf(scene, said).name, ...(said.read.size('bytes') === null ? {} : { bytes: `${said.read.size('bytes') ?? 0} B` }) }),
  fsync: onFile('fsync'),
  stat: onFile('stat'),
  fstat: onFile('fstat'),
  statx: onFile('statx'),
  unlink: onFile('unlink'),
  rename: onFile('rename'),
  link: onFile('link'),
  chmod: (scene, said) => scene.perform(said.actor, 'chmod', { file: fileOf(scene, said).name, mode: said.read.text('mode') ?? '' }),
  sync: (scene, said) => scene.perform(said.actor, 'sync'),
  'fill-fs'(scene, said) {
    const step = scene.perform(said.actor, 'fill-fs', { name: scene.freshName('fill'), fs: nodeOf(scene, scene.file?.fs ?? scene.mounted ?? '') });
    scene.bytes.written(step, said.read.text('byte') ?? '?');
    return step;
  },

  create(scene, said) {
    const name = scene.freshName('C');
    const bytes = said.read.size('size');
    const fs = scene.file?.fs ?? scene.mounted ?? '';
    const step = scene.perform(said.actor, 'create', {
      name, fs: nodeOf(scene, fs), ...(bytes === null ? {} : { size: `${bytes} B` }), ...(scene.directory === null ? {} : { dir: scene.directory }),
    });
    scene.files.set(name, { name, fs, bytes: bytes ?? 0 });
    return step;
  },

  reflink(scene, said) {
    const { read } = said;
    const of = scene.files.get(read.text('of') ?? '') ?? fileOf(scene, said);
    const to = read.text('to') ?? scene.freshName('G');
    const step = scene.perform(said.actor, 'reflink', { of: of.name, to });
    const clone = { ...of, name: to };
    scene.files.set(to, clone);
    scene.cloned ??= { original: of, clone };
    scene.bytes.fileFilled(to, scene.bytes.inFile(of.name) ?? '0');
    return step;
  },

  'set-xflag': (scene, said) => scene.perform(said.actor, 'set-xflag', { file: fileOf(scene, said).name, dax: said.read.whole('dax') ?? 0 }),
  'drop-caches': (scene, said) => scene.perform(said.actor, 'drop-caches'),
  fadvise: (scene, said) => scene.perform(said.actor, 'fadvise', { file: fileOf(scene, said).name, advice: said.read.text('advice') ?? '', ...partOf(rangeOf(said)) }),
  madvise: (scene, said) => scene.perform(said.actor, 'madvise', { ...partOfMapping(scene, said), advice: said.read.text('advice') ?? '' }),

  open(scene, said) {
    const { clause, read, actor } = said;
    const isDescription = clause.who !== null && /^[a-z]$/.test(clause.who);
    const fd = isDescription ? clause.who : scene.freshName('fd');
    const file = scene.file ?? null;
    scene.fds.set(fd, file);
    scene.fdOf.set(actor, fd);
    const step = scene.perform(actor, 'open', { file: file?.name ?? '', fd, flags: read.text('flags') ?? 'O_RDONLY' });
    scene.opens.set(fd, step);
    return step;
  },

  close(scene, said) {
    const fd = descriptorOf(scene, said);
    // Where nothing was opened by name, the probe's own descriptor is meant: the lab's files have none.
    return fd === null ? null : scene.perform(said.actor, 'close', { fd });
  },

  dup(scene, said) {
    const of = said.read.text('of') ?? '';
    const fd = said.clause.who ?? scene.freshName('fd');
    scene.fds.set(fd, scene.fds.get(of) ?? null);
    const opened = scene.opens.get(of);
    if (opened !== undefined) scene.opens.set(fd, opened);
    return scene.perform(said.actor, 'dup', { fd, of });
  },
};

/** The descriptor that a clause is about: the one it names, the one before its colon, or that of its actor. */
export function descriptorOf(scene: Scene, { clause, read, actor }: Said): string | null {
  const named = read.text('fd');
  if (named !== null) return named;
  if (clause.who !== null && scene.fds.has(clause.who)) return clause.who;
  return scene.fdOf.get(actor) ?? null;
}

/** A step of the file calls that a counter asks for. */
export function readByte(scene: Scene, file: SceneFile): Step {
  return scene.perform(TASK, 'pread', { file: file.name, pages: '0+1' });
}
