import { NotModelled } from '../not-modelled';
import type { Scene } from '../scene';
import { addFile, nodeOf } from './file-systems';
import type { Family, Said } from './family';

/** `fs=` of clauses that come after `mount fs=… opts=dax`. */
const MOUNTED: Readonly<Record<string, string>> = { ext4: 'ext4dax', xfs: 'xfsdax', ext4dax: 'ext4dax', xfsdax: 'xfsdax', xfsrl: 'xfsrl' };

function mount(scene: Scene, { read }: Said): string {
  const fs = MOUNTED[read.text('fs') ?? scene.made ?? ''];
  if (fs === undefined) throw new NotModelled(`mounting "${read.text('fs') ?? scene.made ?? ''}"`);
  const node = nodeOf(scene, fs);
  scene.mounted = fs;
  if ((read.text('reflink') ?? scene.reflink) === '1') scene.draft.amendNode(node, { reflink: true });
  return node;
}

/** Devices and file systems coming and going. */
export const mounts: Family = {
  blockdev: () => null,
  mkfs(scene, { read }) {
    scene.made = read.text('fs');
    scene.reflink = read.text('reflink');
    return null;
  },
  mount(scene, said) {
    const node = mount(scene, said);
    const opts = said.read.text('opts') ?? '';
    if (!scene.isActing) {
      scene.draft.amendNode(node, { mount: opts === 'dax' ? 'dax' : 'inode' });
      return null;
    }
    scene.draft.amendNode(node, { mounted: false });
    return scene.perform(said.actor, 'mount', { node, opts });
  },
  umount: (scene, said) => scene.perform(said.actor, 'umount', { node: nodeOf(scene, scene.file?.fs ?? scene.mounted ?? '') }),
  unbind: (scene, said) => scene.perform(said.actor, 'unbind', { node: nodeOf(scene, scene.file?.fs ?? scene.mounted ?? '') }),

  devdax(scene, { read }) {
    const size = read.size('size') ?? 0;
    nodeOf(scene, 'devdax');
    scene.draft.amendNode('devdax', { align: `${read.size('align') ?? 2 ** 21} B` });
    addFile(scene, 'devdax', { size: `${size} B` }, { byte: 'A' });
    return null;
  },
};
