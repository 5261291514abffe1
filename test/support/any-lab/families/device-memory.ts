import { maker, type Family } from '../family'

export const deviceMemory: Family = {
  title: 'memory of GPUs and of coherent devices',
  percent: 30,
  needsMigration: true,
  stage(scene) {
    const { chance } = scene
    const which = chance.one(['gpu', 'coherent', 'both'])
    if (which !== 'coherent') scene.addNode('gpu0', { kind: 'gpu', size: chance.one(['8 KiB', '64 KiB', '4 MiB']) }, ['rc0.port', 'gpu0.pcie'])
    if (which !== 'gpu') scene.addNode('cxl0', { kind: 'coherent-memory', size: chance.one(['8 KiB', '64 KiB']) }, ['rc0.port', 'cxl0.pcie'])
  },
  makers: [
    maker('gpu-migrate', 6), maker('gpu-read', 2), maker('gpu-write', 3), maker('gpu-exclusive', 2), maker('gpu-evict', 1), maker('gpu-alloc', 1), maker('gpu-fill', 1), maker('get-page', 2), maker('put-page', 2),
    maker('store', 2), maker('load', 2),
  ],
}
