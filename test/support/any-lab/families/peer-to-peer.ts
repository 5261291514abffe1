import { maker, type Family, type Says } from '../family'
import type { Scene } from '../scene'

const provider = ({ chance, nodes }: Scene): string => chance.one(Object.keys(nodes).filter((name) => nodes[name]!['cmb'] !== undefined))
const offers: Says = (scene) => ({ provider: provider(scene) })
const allocates: Says = (scene, { process }) => ({ name: scene.bringUp('p2p-buffer', process, 10), provider: provider(scene), size: `${(1 + scene.chance.below(3)) * 4} KiB` })
const maps: Says = (scene, { process }) => {
  const pages = 1 + scene.chance.below(3)
  return { name: scene.addMapping(process, null, pages), provider: provider(scene), pages: `${scene.chance.percent(10) ? 1 : 0}+${pages}` }
}
const adds: Says = (scene) => ({ node: scene.chance.one([provider(scene), provider(scene), 'node0']) })
/** A driver that treats peer-to-peer memory as ordinary pages has got it wrong. */
const touches: Says = ({ chance, hasBugs }) => (hasBugs ? { pages: chance.pages(2) } : null)
const finds: Says = (scene) => ({ clients: scene.chance.one(['nic0', 'nic0+nvme0', 'nvme1', 'sata0', 'nvme0+nvme1']) })
const redirects: Says = ({ chance }) => ({ below: chance.one(['nvme1', 'sata0']) })

export const peerToPeer: Family = {
  title: 'peer-to-peer memory',
  percent: 25,
  stage(scene) {
    const { chance } = scene
    scene.nodes['rc0'] = { kind: 'root-complex', p2p: chance.one(['not-listed', 'listed', 'same-bridge-only']) }
    scene.addNode('sw0', { kind: 'pcie-switch', acs: chance.one(['none', 'all', 'nvme1']) }, ['rc0.port', 'sw0.up'])
    scene.addNode('nvme1', { kind: 'nvme-ssd', cmb: chance.one(['16 KiB', '2 MiB']), cmbQueues: chance.percent(30), ioQueues: 1, queueDepth: 64 }, ['sw0.down', 'nvme1.pcie'])
    scene.addNode('sata0', { kind: 'sata-disk' }, ['sw0.down', 'sata0.pcie'])
  },
  makers: [
    maker('p2p-alloc', 3, allocates), maker('p2p-free', 2), maker('p2p-mmap', 4, maps), maker('p2p-publish', 1, offers), maker('p2p-add-resource', 1, adds), maker('p2p-get', 1, touches), maker('p2p-put', 1, touches),
    maker('dma-map', 1), maker('dma-unmap', 1), maker('p2p-distance', 2, offers), maker('p2p-find', 1, finds), maker('set-acs', 1, redirects), maker('nvme-probe', 1), maker('sysfs-look', 1),
  ],
}
