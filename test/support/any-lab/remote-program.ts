import type { LabActor, LabOperation } from '../../../src-shared/lab/lab'
import type { Scene } from './scene'

/** A program of the remote peer that writes into what is registered; none where nothing is. */
export function remoteProgram(scene: Scene): readonly (readonly [string, LabActor])[] {
  const { chance } = scene
  const regions = scene.all('mr')
  const ops = [...hostOfTarget(scene), ...Array.from({ length: regions.length === 0 ? 0 : 1 + chance.below(3) }, (): LabOperation => ({
    word: 'rdma-write',
    parameters: { mr: chance.one(regions).name, pages: chance.pages(3), at: `${chance.below(400)} us`, ...(chance.percent(20) ? { repeat: 2 } : {}) },
  }))]
  return ops.length === 0 ? [] : [['N', { on: 'peer', ops }]]
}

/** A host that connects with a namespace of the target and reads and writes it; nothing where there is none. */
function hostOfTarget(scene: Scene): readonly LabOperation[] {
  const { chance } = scene
  const namespace = chance.maybeOne(scene.all('namespace'))
  if (namespace === undefined) return []
  const transfers = Array.from({ length: 1 + chance.below(3) }, (): LabOperation => ({ word: chance.one(['nvmf-read', 'nvmf-write']), parameters: { controller: 'controller', size: `${4 * (1 + chance.below(3))} KiB` } }))
  return [{ word: 'nvmf-connect', parameters: { name: 'controller', namespace: namespace.name, at: `${chance.below(100)} us` } }, ...transfers]
}
