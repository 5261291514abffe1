import { maker, type Family, type Says } from '../family'

/** The actor that a fork brings up. */
export const CHILD = 'K'

const child: Says = (scene, { process }) => (scene.parents.get(CHILD) === process ? { child: CHILD } : null)

export const forks: Family = {
  title: 'processes that bring up a child',
  percent: 20,
  stage(scene) { scene.parents.set(CHILD, 'A') },
  makers: [maker('fork', 1, child), maker('waitpid', 1, child), maker('store', 3), maker('load', 1)],
}
