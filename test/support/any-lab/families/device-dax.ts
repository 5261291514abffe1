import { maker, type Family, type Says } from '../family'

const maps: Says = (scene, { process }) => {
  const file = scene.files.find(({ kind }) => kind === 'devdax')
  if (file === undefined) return null
  const pages = scene.chance.percent(80) ? file.pages : 1 + scene.chance.below(file.pages)
  return { name: scene.addMapping(process, file, pages), file: file.name, pages: `0+${pages}`, flags: scene.chance.percent(90) ? 'shared' : 'private' }
}

export const deviceDax: Family = {
  title: 'device-dax',
  percent: 15,
  stage(scene) {
    const isHuge = scene.chance.percent(50)
    const [size, pages] = isHuge ? ['4 MiB', 1024] : ['32 KiB', 8]
    scene.addNode('dax0', { kind: 'pmem-region', mode: 'devdax', size, align: isHuge ? '2 MiB' : '4 KiB', files: { X: { size } } }, ['cpu0.memory', 'dax0'])
    scene.files.push({ name: 'X', pages, kind: 'devdax', node: 'dax0', hasFlag: false })
  },
  makers: [maker('mmap', 4, maps), maker('store', 3)],
}
