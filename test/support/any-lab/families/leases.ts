import { maker, type Family, type Says } from '../family'
import type { Doer, Scene } from '../scene'

const TYPES = ['F_RDLCK', 'F_WRLCK', 'F_UNLCK', 'F_RDLCK', 'F_WRLCK', 'F_LAYOUT', 'F_LAYOUT', 'F_LAYOUT|F_EXCLUSIVE', '77'] as const

const opens: Says = (scene, { process }) => ({ fd: scene.bringUp('fd', process), flags: scene.chance.one(['O_RDONLY', 'O_RDONLY', 'O_RDWR']) })
const leases: Says = ({ chance }) => ({ type: chance.one(TYPES) })
const reacts: Says = ({ chance }) => ({ after: chance.one(['0 s', '1 s', '60 s']) })
const times: Says = ({ chance }) => ({ value: chance.one(['0 s', '3 s', '45 s']) })
const passes: Says = (_: Scene, { others }: Doer) => (others.length === 0 ? null : {})

export const leaseFamily: Family = {
  title: 'leases and their breaks',
  percent: 25,
  makers: [
    maker('open', 4, opens), maker('setlease', 6, leases), maker('getlease', 1), maker('on-break', 3, reacts), maker('await-break', 1), maker('lease-break-time', 1, times), maker('pass-verbs', 1, passes),
  ],
}
