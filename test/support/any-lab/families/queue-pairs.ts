import type { Scalar } from '../../../../src-shared/lab/lab'
import { maker, type Family, type Says } from '../family'
import type { Doer, Scene } from '../scene'
import { ACCESS } from './registrations'

/** Room that every completion queue of a random lab has, at least: nobody polls for more. */
const DEPTH_MIN = 2

const sharesQueues = (scene: Scene, { process }: Doer): Readonly<Record<string, Scalar>> => {
  const cq = scene.chance.maybeOne(scene.owned('cq', process))
  const pd = scene.chance.maybeOne(scene.owned('pd', process))
  return { ...(cq !== undefined && scene.chance.percent(40) ? { cq: cq.name } : {}), ...(pd !== undefined && scene.chance.percent(40) ? { pd: pd.name } : {}), ...(scene.chance.percent(20) ? { access: scene.chance.one(ACCESS) } : {}) }
}
const connects: Says = (scene, doer) => {
  const before = scene.all('qp')
  const name = scene.bringUp('qp', doer.process, 5)
  return { name, peer: scene.chance.maybeOne(before)?.name ?? name, ...sharesQueues(scene, doer) }
}
const creates: Says = (scene, doer) => ({ name: scene.bringUp('qp', doer.process, 5), ...sharesQueues(scene, doer) })
const modifies: Says = (scene, { process }) => {
  const qp = scene.known('qp', process)
  const peer = scene.known('qp', process)
  return qp === undefined ? null : { qp, ...(peer !== undefined && scene.chance.percent(50) ? { peer } : {}), ...(scene.chance.percent(20) ? { access: scene.chance.one(ACCESS) } : {}) }
}
const named = (kind: 'qp' | 'pd'): Says => (scene, { process }) => {
  const name = scene.known(kind, process)
  return name === undefined ? null : { [kind]: name }
}
const makesDomain: Says = (scene, { process }) => ({ name: scene.bringUp('pd', process) })
const makesQueue: Says = (scene, { process }) => ({ name: scene.bringUp('cq', process), depth: DEPTH_MIN + scene.chance.below(3) })
const polls: Says = (scene, { process }) => {
  const qp = scene.chance.maybeOne(scene.owned('qp', process))
  return qp === undefined ? null : { qp: qp.name, count: scene.chance.below(DEPTH_MIN + 1) }
}

/** Memory of a registration that somebody has brought up: "mr0+4096". */
const place = (scene: Scene, process: string): string | undefined => {
  const mr = scene.known('mr', process)
  return mr === undefined ? undefined : scene.chance.percent(50) ? `${mr}+${scene.chance.one([0, 64, 4_096, 5_000, 8_192])}` : mr
}
const moves = (isRemote: boolean, more: Says = () => ({})): Says => (scene, doer) => {
  const { chance } = scene
  const [qp, local, remote] = [scene.known('qp', doer.process), place(scene, doer.process), place(scene, doer.process)]
  if (qp === undefined || local === undefined || remote === undefined) return null
  const window = scene.known('mw', doer.process)
  return {
    qp, local, ...more(scene, doer), lkey: chance.one(['own', 'own', 'own', 'bad', 'stale']), poll: chance.one(['true', 'true', 'false']),
    ...(isRemote ? { remote, rkey: chance.one(['own', 'own', 'own', 'bad', 'stale', ...(window === undefined ? [] : [window])]) } : {}),
  }
}
const length: Says = ({ chance }) => ({ len: chance.one([0, 8, 64, 4_096, 8_192, 10_000]) })

export const queuePairs: Family = {
  title: 'queue pairs and what is posted to them',
  percent: 25,
  makers: [
    maker('qp', 5, connects), maker('create-qp', 1, creates), maker('modify-qp', 2, modifies), maker('destroy-qp', 1, named('qp')), maker('create-pd', 1, makesDomain), maker('dealloc-pd', 1, named('pd')),
    maker('create-cq', 1, makesQueue), maker('poll-cq', 2, polls), maker('rdma-write', 3, moves(true, length)), maker('rdma-read', 2, moves(true, length)), maker('send', 2, moves(false, length)), maker('post-recv', 3, moves(false, length)),
    maker('fetch-add', 1, moves(true)), maker('compare-swap', 1, moves(true)),
  ],
}
