import { maker, type Family, type Says } from '../family'

/** A pmem region whose every file is DAX: only there is the file system ever full. */
const fills: Says = (scene) => {
  const like = scene.files.find(({ kind }) => kind === 'dax')
  if (like === undefined) return null
  const name = `N${scene.files.length}`
  scene.files.push({ ...like, name, pages: 2 })
  return { name, fs: like.node }
}

/** Onto a file that there is, or one that comes into being; ext4 and other kinds of files refuse. */
const shares: Says = (scene) => {
  const of = scene.file(({ kind }) => kind === 'dax' || kind === 'cache')
  if (of === undefined) return null
  const onto = scene.chance.percent(50) ? scene.file(({ kind, name }) => kind === of.kind && name !== of.name) : undefined
  if (onto !== undefined) return { of: of.name, to: onto.name }
  const name = `N${scene.files.length}`
  scene.files.push({ ...of, name })
  return { of: of.name, to: name }
}

export const wholeFilesystem: Family = {
  title: 'file systems as a whole',
  percent: 35,
  makers: [maker('fill-fs', 2, fills), maker('sync', 1), maker('reflink', 2, shares)],
}
