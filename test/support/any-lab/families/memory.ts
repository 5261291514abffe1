import { maker, type Family, type Says } from '../family'

const maps: Says = (scene, { process }) => {
  const { chance } = scene
  const again = chance.percent(10) ? chance.maybeOne(scene.mappings.filter((mapping) => mapping.process === process)) : undefined
  const file = chance.percent(70) ? scene.file(({ kind }) => kind !== 'directory') : undefined
  if (file === undefined) {
    const pages = 1 + chance.below(4)
    return { name: again?.name ?? scene.addMapping(process, null, pages), pages: `0+${pages}` }
  }
  const part = chance.percent(25) ? { pages: chance.pages(file.pages) } : {}
  const pages = Math.max(1, Number(part.pages?.split('+')[1] ?? file.pages))
  return { name: again?.name ?? scene.addMapping(process, file, pages), file: file.name, ...part, flags: chance.one(['shared', 'shared', 'private', 'shared-validate']), prot: chance.one(['rw', 'rw', 'rw', 'r', 'none']) }
}

const mapsHuge: Says = (scene, { process }) => {
  if (scene.nodes['node0']!['size'] !== LARGE) return null
  const pages = 512 * (1 + scene.chance.below(2))
  return { name: scene.addMapping(process, null, pages), pages: `0+${pages}`, huge: true }
}

/** Memory in which huge pages find a place. */
export const LARGE = '16 MiB'

export const memory: Family = {
  title: 'mappings and their pages',
  percent: 100,
  makers: [
    maker('mmap', 3, maps), maker('mmap', 1, mapsHuge), maker('munmap', 2), maker('mprotect', 2), maker('mremap', 1), maker('madvise', 3), maker('load', 3), maker('store', 5), maker('mlock', 1), maker('munlock', 1), maker('clwb', 1),
  ],
}
