import { maker, type Family, type Says } from '../family'

const kills: Says = ({ chance }, { others }) => (others.length === 0 ? null : { sig: chance.one(['SIGINT', 'SIGTERM', 'SIGKILL', 'SIGUSR1', 'SIGALRM', 'SIGIO']) })
const pauses: Says = ({ chance }) => ({ for: `${chance.below(200)} us` })
const someOperation: Says = ({ chance }) => ({ op: 1 + chance.below(2) })
const maybeOperation: Says = (scene, doer) => (scene.chance.percent(30) ? someOperation(scene, doer) : { op: 1 })
const somePage: Says = ({ chance }) => ({ page: chance.below(3) })

export const tasks: Family = {
  title: 'signals, ends of processes, and the order of set-ups',
  percent: 50,
  makers: [
    maker('kill', 2, kills), maker('exit', 1), maker('wait', 2, pauses), maker('await-held', 1, somePage), maker('await-waiting', 2, maybeOperation), maker('await-done', 1, someOperation),
  ],
}
