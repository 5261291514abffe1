import { maker, type Family, type Says } from '../family'

const splices: Says = (scene, { process }) => (scene.mappingsOf(process).length === 0 ? null : { pipe: scene.bringUp('pipe', process, 40) })

/** How the completion releases pages: right, but for bugs. */
const completes: Says = ({ hasBugs, chance }) => (hasBugs && chance.percent(50) ? {} : { endIo: 'right' })
const reads: Says = (scene, doer) => ({ ...completes(scene, doer), ...(scene.hasBugs ? {} : { forgetsDirty: false }) })

export const directIo: Family = {
  title: 'O_DIRECT and pipes: holds of the kernel on user pages',
  percent: 70,
  makers: [maker('odirect-read', 4, reads), maker('odirect-write', 2, completes), maker('vmsplice', 3, splices), maker('read-pipe', 2), maker('close-pipe', 1)],
}
