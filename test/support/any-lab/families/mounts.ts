import { maker, type Family, type Says } from '../family'
import type { SceneFile } from '../scene'

const mounts: Says = ({ chance, nodes }) => (nodes['pmem2'] === undefined ? null : { node: 'pmem2', opts: chance.one(['dax', 'dax=inode', 'dax=never', 'dax=always']) })
const hasFlag = (file: SceneFile): boolean => file.hasFlag

export const mountFamily: Family = {
  title: 'drivers and file systems that come and go',
  percent: 20,
  stage(scene) {
    if (scene.chance.percent(40)) scene.addNode('pmem2', { kind: 'pmem-region', mounted: false, size: '16 KiB', fs: scene.chance.one(['xfs', 'ext4']), reflink: scene.chance.percent(50) }, ['cpu0.memory', 'pmem2'])
  },
  makers: [maker('unbind', 2), maker('umount', 2), maker('fs-shutdown', 1), maker('mount', 1, mounts), maker('unlink', 1, undefined, hasFlag)],
}
