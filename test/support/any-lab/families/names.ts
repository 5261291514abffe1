import { maker, type Family, type Says } from '../family'
import type { SceneFile } from '../scene'

const opens: Says = (scene, { process }) => ({
  ...(scene.chance.percent(70) ? { fd: scene.bringUp('fd', process) } : {}),
  flags: scene.chance.one(['O_RDONLY', 'O_WRONLY', 'O_RDWR', 'O_RDWR', 'O_RDWR|O_TRUNC', 'O_WRONLY|O_NONBLOCK', 'O_RDWR|O_TRUNC|O_NONBLOCK', 'O_PATH']),
})
const doubles: Says = (scene, { process }) => {
  const of = scene.known('fd', process)
  return of === undefined ? null : { fd: scene.bringUp('fd', process), of }
}
const creates: Says = (scene) => {
  const directory = scene.files.find(({ kind }) => kind === 'directory')
  const like = scene.chance.one(scene.files.filter(({ hasFlag }) => hasFlag))
  const name = `N${scene.files.length}`
  scene.files.push({ ...like, name, pages: 2 })
  return { name, fs: like.node, size: `${scene.chance.below(3) * 4} KiB`, ...(directory?.node === like.node && scene.chance.percent(30) ? { dir: directory.name } : {}) }
}
const modes: Says = ({ chance }) => ({ mode: chance.one(['0600', '0644', '0666', '0400', '0000']) })
const hasFlag = (file: SceneFile): boolean => file.hasFlag

export const names: Family = {
  title: 'names, descriptors and attributes of files',
  percent: 45,
  makers: [
    maker('open', 5, opens), maker('close', 2), maker('dup', 1, doubles), maker('create', 1, creates), maker('link', 1), maker('rename', 1), maker('unlink', 2), maker('chmod', 1, modes),
    maker('stat', 1), maker('fstat', 1), maker('statx', 1), maker('set-xflag', 1, undefined, hasFlag), maker('set-pinnable', 1),
  ],
}
