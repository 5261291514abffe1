import { maker, type Family, type Says } from '../family'

/** A pmem region whose every file is DAX: only there is the file system ever full. */
const fills: Says = (scene) => {
  const like = scene.files.find(({ kind }) => kind === 'dax')
  if (like === undefined) return null
  const name = `N${scene.files.length}`
  scene.files.push({ ...like, name, pages: 2 })
  return { name, fs: like.node }
}

export const wholeFilesystem: Family = {
  title: 'file systems as a whole',
  percent: 35,
  makers: [maker('fill-fs', 2, fills), maker('sync', 1)],
}
