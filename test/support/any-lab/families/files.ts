import type { Scalar } from '../../../../src-shared/lab/lab'
import { maker, type Family, type Says } from '../family'
import type { SceneFile } from '../scene'

const isRegular = ({ kind }: SceneFile): boolean => kind !== 'directory'
const isFixed = ({ kind }: SceneFile): boolean => isRegular({ kind } as SceneFile) && kind !== 'switchable'

const sizes: Says = ({ chance }) => ({ size: chance.percent(10) ? 5_000 : `${chance.below(6) * 4} KiB` })
const bytes: Says = ({ chance }): Readonly<Record<string, Scalar>> => (chance.percent(12) ? { range: `${chance.below(5) * 1_000}+${1 + chance.below(9_000)}` } : {})
const changes: Says = (scene, doer) => {
  const file = scene.file(isFixed)
  if (file === undefined) return null
  return { file: file.name, mode: scene.chance.one(file.kind === 'cache' ? ['punch', 'zero', 'collapse', 'insert', 'alloc'] : ['punch', 'punch', 'zero', 'collapse', 'insert', 'alloc', 'unshare']), ...bytes(scene, doer) }
}

export const files: Family = {
  title: 'contents and layout of files',
  percent: 100,
  makers: [
    maker('read', 1, undefined, isRegular), maker('pread', 2, bytes, isRegular), maker('pwrite', 4, bytes, isRegular), maker('ftruncate', 4, sizes, isRegular), maker('truncate', 1, sizes, isRegular), maker('fallocate', 4, changes), maker('fsync', 2, undefined, isRegular),
  ],
}
