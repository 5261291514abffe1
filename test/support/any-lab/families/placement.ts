import { maker, type Family, type Says } from '../family'

const spreads: Says = ({ chance }) => ({ to: chance.one(['0', '1', '1', 'even:0,odd:1', '7']), flags: chance.one(['MOVE', 'MOVE', 'MOVE_ALL', '0x40']), ...(chance.percent(10) ? { entries: '0=unmapped' } : {}) })
const binds: Says = ({ chance }) => ({ node: chance.below(2), flags: chance.one(['STRICT', 'MOVE', 'STRICT|MOVE', 'MOVE_ALL']) })
const migrates: Says = ({ chance }) => ({ from: chance.below(2), to: chance.below(2) })
const mapsThere: Says = (scene, { process }) => {
  const pages = 1 + scene.chance.below(3)
  return { name: scene.addMapping(process, null, pages), pages: `0+${pages}`, node: 1 }
}

export const placement: Family = {
  title: 'where pages lie: NUMA nodes and memory blocks',
  percent: 25,
  stage(scene) {
    const { chance } = scene
    scene.addNode('node1', { kind: 'host-memory', node: 1, size: `${4 * (2 + chance.below(12))} KiB`, zone: chance.one(['normal', 'movable', 'movable', 'cma']), state: chance.one(['online', 'online', 'online', 'offline']) }, ['cpu0.memory', 'node1'])
  },
  makers: [maker('mmap', 3, mapsThere), maker('move-pages', 3, spreads), maker('mbind', 2, binds), maker('migrate-pages', 1, migrates), maker('memory-block', 2), maker('store', 2)],
}
