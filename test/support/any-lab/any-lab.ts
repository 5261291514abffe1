import { prngFromSeed } from '../../../src-shared/base/prng'
import type { Lab, LabActor, LabOperation } from '../../../src-shared/lab/lab'
import { parsePolicies } from '../../../src-shared/lab/policy-text'
import { catalogue } from '../../../src-main/sim/assemble'
import type { RandomLab } from '../random-lab'
import { Chance } from './chance'
import { CHILD } from './families/forks'
import { FAMILIES } from './families'
import { memory } from './families/memory'
import type { Family } from './family'
import { operationBy } from './fill'
import { randomPolicy } from './random-policy'
import { remoteProgram } from './remote-program'
import { Scene, type Doer } from './scene'
import { setStage } from './stage'
import { tearDown } from './tear-down'

/** More steps than any lab without endless repetition needs, by far. */
const STEPS_MAX = 20_000
/** Steps of labs with endless repetition that are looked at, if they do not come back to a state before. */
const ENDLESS_STEPS_MAX = 400
/** Labs out of 100 in which drivers and completions may get it wrong. */
const BUGS_PERCENT = 8
/** Draws after which an actor has nothing to do. */
const DRAWS_MAX = 8

const known = catalogue()

/** What a search narrows labs to. */
export interface Directed {
  readonly policy: string
  /** Titles of the families that operations are drawn from. */
  readonly families: readonly string[]
  /** Drivers and completions get things wrong, and programs go round for ever. */
  readonly bugs?: boolean
  readonly forever?: boolean
}

/** A small lab out of all operations, the same for the same seed, under any policy. Its programs end by letting go of what they have. */
export function anyLab(seed: number, directed: Directed | null = null): RandomLab {
  const chance = new Chance(prngFromSeed(seed))
  const policy = directed?.policy ?? randomPolicy(chance)
  const fits = ({ title, percent }: Family): boolean => (directed === null ? chance.percent(percent) : directed.families.includes(title))
  const families = [memory, ...FAMILIES.filter((family) => family !== memory && fits(family) && (family.needsMigration !== true || migrates(policy)))]
  const scene = new Scene(chance, directed?.bugs ?? chance.percent(BUGS_PERCENT), directed?.forever === true ? 25 : 1)
  setStage(scene)
  for (const { stage } of families) stage?.(scene)
  const actors = Object.fromEntries(actorsOf(scene, families))
  const ends = Object.values(actors).every(({ ops }) => ops.every(({ parameters }) => parameters['repeat'] !== 'forever'))
  const lab: Lab = { version: 1, title: `random lab ${seed}`, topology: { nodes: scene.nodes, links: scene.links }, actors, bounds: { stepsMax: ends ? STEPS_MAX : ENDLESS_STEPS_MAX } }
  return { lab, policy, schedule: chance.percent(50) ? 'random' : null, ends }
}

function migrates(policy: string): boolean {
  const resolved = parsePolicies(policy, known, null)
  if (!resolved.ok) throw new Error(resolved.refusal)
  return resolved.value[0]!.variants['device-migration'] !== 'none'
}

const NAMES = ['A', 'B', 'C', 'D']

function actorsOf(scene: Scene, families: readonly Family[]): (readonly [string, LabActor])[] {
  const { chance } = scene
  const names = NAMES.slice(0, 1 + chance.below(NAMES.length))
  if (scene.parents.has(CHILD)) names.push(CHILD)
  const doers = names.map((name, nth): Doer => ({ name, process: nth > 0 && name !== CHILD && chance.percent(25) ? names[0]! : name, others: names.filter((other) => other !== name) }))
  const first = doers.map((doer) => (doer.name === CHILD ? [] : [drawn(scene, doer, families.slice(0, 1), 'mmap')]))
  const programs = doers.map((doer, nth) => [...first[nth]!, ...Array.from({ length: 2 + chance.below(6) }, () => timed(scene, drawn(scene, doer, families)))])
  if (scene.parents.has(CHILD) && !programs[0]!.some(({ word }) => word === 'fork')) programs[0]!.splice(1 + chance.below(programs[0]!.length), 0, { word: 'fork', parameters: { child: CHILD } })
  const actors = doers.map((doer, nth): readonly [string, LabActor] => [doer.name, { ...rights(scene, doer), ops: [...programs[nth]!, ...tearDown(scene, doer)] }])
  return [...actors, ...remoteProgram(scene)]
}

function drawn(scene: Scene, doer: Doer, families: readonly Family[], word?: string): LabOperation {
  for (let draws = 0; draws < DRAWS_MAX; draws++) {
    const { makers } = scene.chance.one(families)
    const operation = operationBy(scene.chance.weighted(word === undefined ? makers : makers.filter((maker) => maker.word === word)), scene, doer)
    if (operation !== null) return operation
  }
  return { word: 'wait', parameters: { for: '1 us' } }
}

/** Now and then not at once, and more than once. */
function timed({ chance, foreverPercent }: Scene, { word, parameters }: LabOperation): LabOperation {
  const at = chance.percent(12) ? { at: chance.percent(80) ? `${chance.below(200)} us` : `${chance.below(3) * 30} s` } : {}
  const repeat = chance.percent(foreverPercent) ? { repeat: 'forever' } : chance.percent(6) ? { repeat: 2 + chance.below(2) } : {}
  return { word, parameters: { ...parameters, ...at, ...repeat } }
}

function rights({ chance }: Scene, { name, process }: Doer): Omit<LabActor, 'ops'> {
  const handler = chance.one(['none', 'restart', 'no-restart'] as const)
  if (process !== name) return { handler, process }
  return {
    handler, ...(chance.percent(20) ? { memlock: `${chance.below(5) * 4} KiB` } : {}), ...(chance.percent(10) ? { ipcLock: true } : {}),
    ...(chance.percent(20) ? { uid: 1_000 } : {}), ...(chance.percent(20) ? { caps: 'none' as const } : {}),
  }
}
