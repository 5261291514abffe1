import type { Scalar } from '../../../src-shared/lab/lab'
import type { Doer, Scene, SceneFile } from './scene'

export type Given = Readonly<Record<string, Scalar>>

/** What a maker says itself; null where the scene has nothing for it. What it leaves open is filled in by the operation's own parameters. */
export type Says = (scene: Scene, doer: Doer) => Given | null

export interface Maker {
  readonly word: string
  readonly weight: number
  readonly says: Says
  /** Files that the operation takes. */
  readonly takes: (file: SceneFile) => boolean
}

/** Operations that belong together, and what the stage needs for them. */
export interface Family {
  readonly title: string
  /** How often a lab has it, out of 100. */
  readonly percent: number
  /** Sets the stage: devices and files of its own. */
  readonly stage?: (scene: Scene) => void
  /** Policies under which its operations are refused before the run begins. */
  readonly needsMigration?: true
  readonly makers: readonly Maker[]
}

const anyFile = (): boolean => true
const nothing: Says = () => ({})

/** An operation of the registry by its word, its parameters left to chance but for what is said. */
export const maker = (word: string, weight: number, says: Says = nothing, takes: Maker['takes'] = anyFile): Maker => ({ word, weight, says, takes })
