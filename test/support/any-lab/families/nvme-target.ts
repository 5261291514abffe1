import { maker, type Family, type Says } from '../family'

const offers: Says = (scene, { process }) => {
  const p2p = scene.chance.one(['off', 'any'])
  return { name: scene.bringUp('namespace', process), p2p }
}
const withdraws: Says = (scene, { process }) => {
  const namespace = scene.known('namespace', process)
  return namespace === undefined ? null : { namespace }
}

/** The hosts of the target are remote programs: see there. */
export const nvmeTarget: Family = {
  title: 'an NVMe-oF target',
  percent: 15,
  makers: [maker('nvmet-enable', 3, offers, () => false), maker('nvmet-disable', 1, withdraws)],
}
