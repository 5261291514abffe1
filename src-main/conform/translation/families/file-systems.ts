import type { LabFile, LabNode } from '@shared/lab/lab';
import { NotModelled } from '../not-modelled';
import type { Scene, SceneFile } from '../scene';

/** Namespaces of persistent memory: six of this size. */
const PMEM_BYTES = 2 ** 29;
const pmem = (more: LabNode): [LabNode, { port: string; to: string }] => [more, { port: 'bus', to: 'cpu0.memory' }];
const region = (parameters: Omit<LabNode, 'kind'>): ReturnType<typeof pmem> => pmem({ kind: 'pmem-region', size: `${PMEM_BYTES} B`, ...parameters });
const disk = (fs: string): ReturnType<typeof pmem> => [{ kind: 'nvme-ssd', fs }, { port: 'pcie', to: 'rc0.port' }];

/** `fs=`: the device that holds files of each file system (vocabulary 5, README "How it was observed"). */
const NODES: Readonly<Record<string, () => ReturnType<typeof pmem>>> = {
  ext4dax: () => region({ fs: 'ext4', mount: 'dax' }),
  xfsdax: () => region({ fs: 'xfs', mount: 'dax', reflink: false }),
  xfsrl: () => region({ fs: 'xfs', mount: 'inode', reflink: true }),
  devdax: () => region({ mode: 'devdax' }),
  ext4: () => disk('ext4'),
  xfs: () => disk('xfs'),
};

/** File systems that live in ordinary memory. */
const IN_MEMORY = ['tmpfs', 'memfd', 'hugetlb', 'secretmem', 'pci-bar'] as const;
type MemoryFs = (typeof IN_MEMORY)[number];

const memoryFs = (fs: string): MemoryFs | undefined => IN_MEMORY.find(name => name === fs);

/** Node that holds the files of a file system; it is there from then on. */
export function nodeOf(scene: Scene, fs: string): string {
  if (memoryFs(fs) !== undefined) return 'node0';
  const node = NODES[fs];
  if (node === undefined) throw new NotModelled(`file system "${fs}"`);
  scene.draft.node(fs, ...node());
  return fs;
}

/** Owners that observations name. */
const UIDS: Readonly<Record<string, number>> = { root: 0 };
export const uidOf = (owner: string): number => UIDS[owner] ?? Number(owner);

/** Adds a file and makes it the one that later clauses mean. */
export function addFile(scene: Scene, fs: string, file: LabFile, { name, byte }: { readonly name?: string | null; readonly byte: string }): SceneFile {
  const node = nodeOf(scene, fs);
  const called = name ?? scene.freshName('F');
  const inMemory = memoryFs(fs);
  scene.draft.file(node, called, { ...file, ...(inMemory === undefined ? {} : { fs: inMemory }) });
  scene.bytes.fileFilled(called, byte);
  const made: SceneFile = { name: called, fs, bytes: Number.parseInt(String(file.size), 10) };
  scene.files.set(called, made);
  return made;
}
