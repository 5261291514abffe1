import type { LabFile } from '../../../src-shared/lab/lab'
import { LARGE } from './families/memory'
import type { Scene, SceneFile } from './scene'

/** What every random lab has: a CPU with little memory, pmem with a file system, a drive with another one, a NIC and its peer. */
export function setStage(scene: Scene): void {
  const { chance } = scene
  const isLarge = chance.percent(6)
  scene.addNode('cpu0', { kind: 'cpu' })
  scene.addNode('rc0', { kind: 'root-complex' }, ['cpu0.root', 'rc0.bus'])
  addPmem(scene, 'pmem0', ['F', 'G'].slice(0, 1 + chance.below(2)))
  if (chance.percent(15)) addPmem(scene, 'pmem1', ['H'])
  scene.addNode('node0', { kind: 'host-memory', size: isLarge ? LARGE : `${4 * (8 + chance.below(26))} KiB`, files: memoryFiles(scene, isLarge) }, ['cpu0.memory', 'node0'])
  addDrive(scene)
  scene.addNode('nic0', { kind: 'rdma-nic', odp: chance.percent(30), ...(scene.hasBugs && chance.percent(50) ? { deregFence: false } : {}) }, ['rc0.port', 'nic0.pcie'])
  scene.addNode('peer', { kind: 'rdma-peer' }, ['nic0.fabric', 'peer.fabric'])
}

function memoryFiles(scene: Scene, isLarge: boolean): Readonly<Record<string, LabFile>> {
  const { chance, files } = scene
  const entries: [string, LabFile][] = []
  const add = (name: string, pages: number, fs: NonNullable<LabFile['fs']>): void => {
    files.push({ name, pages, kind: 'cache', node: 'node0', hasFlag: false })
    entries.push([name, { size: `${pages * 4} KiB`, fs }])
  }
  if (chance.percent(25)) add('T', 1 + chance.below(3), chance.one(['tmpfs', 'memfd', 'secretmem']))
  if (isLarge && chance.percent(50)) add('U', 512, 'hugetlb')
  return Object.fromEntries(entries)
}

function addPmem(scene: Scene, node: string, names: readonly string[]): void {
  const { chance, isCrowded } = scene
  const mount = chance.one(['dax', 'dax', 'dax', 'dax', 'dax', 'dax', 'dax', 'dax', 'inode', 'never'] as const)
  const kinds = { dax: 'dax', inode: 'switchable', never: 'cache' } as const
  const files = names.map((name, nth): readonly [string, LabFile] => {
    const pages = isCrowded ? 1 + (nth + chance.below(3)) % 2 : chance.below(5)
    scene.files.push({ name, pages, kind: kinds[mount], node, hasFlag: true })
    const rights = chance.percent(25) ? { owner: chance.one([0, 1_000]), mode: chance.one(['0644', '0666', '0600']), pinnable: chance.percent(50) } : {}
    return [name, { size: `${pages * 4} KiB`, layout: isCrowded && nth === 0 ? 'written' : chance.one(['written', 'written', 'written', 'hole', 'unwritten']), ...rights, ...(mount === 'inode' ? { xflag: chance.below(2) } : {}) }]
  })
  const used = scene.files.reduce((sum, file) => sum + (file.node === node ? file.pages : 0), 0)
  scene.addNode(node, { kind: 'pmem-region', size: `${(used + (isCrowded ? chance.below(2) : 1 + chance.below(6))) * 4} KiB`, mount, fs: chance.one(['xfs', 'xfs', 'ext4']), reflink: chance.percent(20), files: Object.fromEntries(files) }, ['cpu0.memory', node])
}

function addDrive(scene: Scene): void {
  const { chance } = scene
  const file: SceneFile = { name: 'C', pages: 1 + chance.below(4), kind: 'cache', node: 'nvme0', hasFlag: true }
  const hasFile = chance.percent(40)
  if (hasFile) scene.files.push(file)
  scene.addNode('nvme0', {
    kind: 'nvme-ssd', fs: chance.one(['xfs', 'ext4']),
    ...(hasFile ? { files: { C: { size: `${file.pages * 4} KiB`, cached: chance.percent(50), checksums: chance.percent(20), layout: chance.one(['written', 'written', 'hole']) } } } : {}),
  }, ['rc0.port', 'nvme0.pcie'])
}
