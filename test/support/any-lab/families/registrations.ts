import { maker, type Family, type Says } from '../family'

export const ACCESS = ['local-write+remote-write', 'local-write+remote-write+remote-read+remote-atomic+mw-bind', 'local-write', 'remote-write', 'remote-read', 'none', 'local-write+remote-write+on-demand', '0x400'] as const

const registers: Says = (scene, { process }) => {
  const { chance } = scene
  const mapping = chance.maybeOne(scene.mappingsOf(process))
  if (mapping === undefined) return null
  return { mapping: mapping.name, name: scene.bringUp('mr', process), ...(chance.percent(60) ? {} : { access: chance.one(ACCESS) }), ...(chance.percent(5) ? { range: `${chance.below(5_000)}+${chance.below(9_000)}` } : {}) }
}
const changes: Says = (scene, { process }) => {
  const mapping = scene.chance.maybeOne(scene.mappingsOf(process))
  return mapping === undefined ? null : { mapping: mapping.name, access: scene.chance.one(ACCESS) }
}
const binds: Says = (scene, { process }) => {
  const mr = scene.known('mr', process)
  return mr === undefined ? null : { mr, name: scene.bringUp('mw', process), access: scene.chance.one(['remote-write', 'remote-read', 'remote-write+remote-atomic']) }
}

export const registrations: Family = {
  title: 'registrations with a NIC',
  percent: 70,
  makers: [maker('ibv-reg', 6, registers), maker('ibv-dereg', 2), maker('dereg', 1), maker('rereg', 1, changes), maker('bind-mw', 1, binds)],
}
