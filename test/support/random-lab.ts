import { prngFromSeed, type Prng } from '../../src-shared/base/prng'
import type { Lab, LabActor, LabOperation, Scalar, Topology } from '../../src-shared/lab/lab'
import { ALL_POLICIES } from './policies'

export interface RandomLab {
  readonly lab: Lab
  readonly policy: string
  /** "random", or null for the order of time. */
  readonly schedule: string | null
  /** Nothing in it is repeated for ever: a run that goes on and on is a defect. */
  readonly ends: boolean
}

/** More steps than any lab without endless repetition needs, by far. */
const STEPS_MAX = 4_000
/** Laps of labs with endless repetition that are looked at. */
const ENDLESS_STEPS_MAX = 250

/** The names operations may use, and chance. */
class Cast {
  readonly mappings: { readonly name: string; readonly process: string; readonly file: string | null; readonly pages: number }[] = []
  readonly regions: { readonly name: string; readonly process: string }[] = []
  readonly pipes: string[] = []

  constructor(readonly prng: Prng, readonly files: readonly { readonly name: string; readonly pages: number }[], readonly scale: number, readonly isCrowded: boolean) {}

  chance(percent: number): boolean {
    return this.prng.below(100) < percent
  }

  one<T>(all: readonly T[]): T {
    return all[this.prng.below(all.length)]!
  }

  /** Some pages of `total`, now and then a few too many. */
  range(total: number): string {
    const first = this.prng.below(Math.max(1, total))
    const count = 1 + this.prng.below(Math.max(1, total - first + (this.chance(10) ? 2 : 0)))
    return `${first}+${count}`
  }
}

/** A small lab in which anything may happen, the same for the same seed; its policy covers every axis and knob. */
export function randomLab(seed: number): RandomLab {
  const prng = prngFromSeed(seed)
  const scale = prng.below(12) === 0 ? 150 : 1
  const isCrowded = prng.below(3) === 0
  const files = ['F', 'G', 'H'].slice(0, isCrowded ? 2 : 1 + prng.below(3)).map((name, nth) => ({ name, pages: isCrowded && nth === 0 ? 2 * scale : prng.below(5) * scale }))
  const cast = new Cast(prng, files, scale, isCrowded)
  const hasSecondFs = cast.chance(15)
  const actors = Object.fromEntries(actorsOf(cast))
  const ends = Object.values(actors).every(({ ops }) => ops.every(({ parameters }) => parameters['repeat'] !== 'forever'))
  const lab: Lab = { version: 1, title: `random lab ${seed}`, topology: topologyOf(cast, hasSecondFs), actors, bounds: { stepsMax: ends ? STEPS_MAX : ENDLESS_STEPS_MAX } }
  return { lab, policy: cast.one(ALL_POLICIES), schedule: cast.chance(50) ? 'random' : null, ends }
}

function topologyOf(cast: Cast, hasSecondFs: boolean): Topology {
  const { files, scale } = cast
  const layout = (): 'hole' | 'unwritten' | 'written' => (cast.isCrowded ? 'written' : cast.one(['written', 'written', 'written', 'hole', 'unwritten']))
  const entries = files.map(({ name, pages }) => [name, { size: `${pages * 4} KiB`, layout: layout() }] as const)
  const split = hasSecondFs ? 1 : entries.length
  const pmem = (of: typeof entries): { kind: string; size: string; files: Record<string, { size: string; layout: 'hole' | 'unwritten' | 'written' }> } => {
    const used = of.reduce((sum, [, { size }]) => sum + Number.parseInt(size, 10) / 4, 0)
    return { kind: 'pmem-region', size: `${(used + 1 + cast.prng.below((cast.isCrowded ? 1 : 6) * scale)) * 4} KiB`, files: Object.fromEntries(of) }
  }
  return {
    nodes: {
      cpu0: { kind: 'cpu' }, node0: { kind: 'host-memory', size: `${(2 + cast.prng.below(12 * scale)) * 4} KiB` }, rc0: { kind: 'root-complex' },
      pmem0: pmem(entries.slice(0, split)), ...(hasSecondFs ? { pmem1: pmem(entries.slice(split)) } : {}),
      nvme0: { kind: 'nvme-ssd' }, nic0: { kind: 'rdma-nic' }, peer: { kind: 'rdma-peer' },
    },
    links: [
      { from: 'cpu0.memory', to: 'node0' }, { from: 'cpu0.memory', to: 'pmem0' }, ...(hasSecondFs ? [{ from: 'cpu0.memory', to: 'pmem1' }] : []),
      { from: 'cpu0.root', to: 'rc0.bus' }, { from: 'rc0.port', to: 'nvme0.pcie' }, { from: 'rc0.port', to: 'nic0.pcie' }, { from: 'nic0.fabric', to: 'peer.fabric' },
    ],
  }
}

const NAMES = ['A', 'B', 'C', 'D']

function actorsOf(cast: Cast): (readonly [string, LabActor])[] {
  const names = NAMES.slice(0, 1 + cast.prng.below(NAMES.length))
  const processes = names.map((name, nth) => (nth > 0 && cast.chance(25) ? names[nth - 1]! : name))
  const setUp = names.map((_, nth) => Array.from({ length: cast.isCrowded ? 1 : 1 + cast.prng.below(2) }, () => mapsOne(cast, processes[nth]!)))
  const actors = names.map((name, nth): readonly [string, LabActor] => {
    const process = processes[nth]!
    const others = names.filter((other) => other !== name)
    const ops = [...setUp[nth]!, ...Array.from({ length: 1 + cast.prng.below(5) }, () => timed(cast, anyOperation(cast, process, others)))]
    const handler = cast.one(['none', 'restart', 'no-restart'] as const)
    const memlock = cast.chance(25) ? { memlock: `${cast.prng.below(4) * 4} KiB` } : {}
    const limits = { ...memlock, ...(cast.chance(10) ? { ipcLock: true } : {}) }
    return [name, { handler, ops, ...(process === name ? limits : { process }) }]
  })
  if (cast.regions.length === 0) return actors
  const writes = Array.from({ length: 1 + cast.prng.below(2) }, () => timed(cast, operation('rdma-write', { mr: cast.one(cast.regions).name, pages: cast.range(cast.isCrowded ? cast.scale : 2 * cast.scale) })))
  const late = writes.map(({ word, parameters }) => operation(word, { at: `${(cast.isCrowded ? 100 : 0) + cast.prng.below(400)} us`, ...parameters }))
  return [...actors, ['N', { on: 'peer', ops: late }]]
}

const operation = (word: string, parameters: Readonly<Record<string, Scalar>> = {}): LabOperation => ({ word, parameters })

function mapsOne(cast: Cast, process: string): LabOperation {
  const name = `m${cast.mappings.length}`
  if (!cast.isCrowded && cast.chance(20)) {
    const pages = 1 + cast.prng.below(3 * cast.scale)
    cast.mappings.push({ name, process, file: null, pages })
    return operation('mmap', { name, pages: `0+${pages}` })
  }
  const file = cast.isCrowded ? cast.files[0]! : cast.one(cast.files)
  const pages = Math.max(1, file.pages)
  cast.mappings.push({ name, process, file: file.name, pages })
  const flags = cast.chance(20) ? { flags: 'private' } : {}
  const part = file.pages > 1 && cast.chance(25) ? { pages: cast.range(file.pages) } : {}
  return operation('mmap', { name, file: file.name, ...part, ...flags, ...(cast.chance(15) ? { prot: 'r' } : {}) })
}

/** Now and then not at once, and more than once. */
function timed(cast: Cast, { word, parameters }: LabOperation): LabOperation {
  const at = cast.chance(15) ? { at: `${cast.prng.below(200)} us` } : {}
  const repeat = cast.chance(2) ? { repeat: 'forever' } : cast.chance(8) ? { repeat: 2 + cast.prng.below(2) } : {}
  return operation(word, { ...parameters, ...at, ...repeat })
}

type Maker = (cast: Cast, process: string, others: readonly string[]) => LabOperation

function ownMapping(cast: Cast, process: string): Cast['mappings'][number] {
  return cast.one(cast.mappings.filter((mapping) => mapping.process === process))
}

const onMapping = (word: string): Maker => (cast, process) => {
  const { name, pages } = ownMapping(cast, process)
  return operation(word, { mapping: name, pages: cast.range(pages) })
}

const onFile = (word: string, more: Readonly<Record<string, Scalar>> = {}): Maker => (cast) => {
  const { name, pages } = cast.one(cast.files)
  return operation(word, { file: name, ...more, pages: cast.range(pages + 1) })
}

const splices: Maker = (cast, process) => {
  const pipe = cast.pipes.length === 0 || cast.chance(60) ? `p${cast.pipes.length}` : cast.one(cast.pipes)
  if (!cast.pipes.includes(pipe)) cast.pipes.push(pipe)
  const { name, pages } = ownMapping(cast, process)
  return operation('vmsplice', { mapping: name, pages: cast.range(pages), pipe })
}

const drains: Maker = (cast, process, others) =>
  (cast.pipes.length === 0 ? splices(cast, process, others) : operation(cast.chance(70) ? 'read-pipe' : 'close-pipe', { pipe: cast.one(cast.pipes) }))

const registers: Maker = (cast, process) => {
  const mapping = ownMapping(cast, process)
  const again = cast.regions.filter((region) => region.process === mapping.process)
  const name = again.length > 0 && cast.chance(15) ? cast.one(again).name : `r${cast.regions.length}`
  if (!cast.regions.some((region) => region.name === name)) cast.regions.push({ name, process: mapping.process })
  const access = cast.chance(20) ? { access: cast.one(['local-write', 'remote-write', 'none']) } : {}
  return operation('ibv-reg', { name, mapping: mapping.name, pages: cast.range(mapping.pages), ...access })
}

const deregisters: Maker = (cast, process, others) =>
  (cast.regions.length === 0 ? registers(cast, process, others) : operation('ibv-dereg', { mr: cast.one(cast.regions).name }))

const kills: Maker = (cast, process, others) =>
  (others.length === 0 ? onMapping('load')(cast, process, others) : operation('kill', { actor: cast.one(others), sig: cast.one(['SIGINT', 'SIGTERM', 'SIGKILL']) }))

/** How labs order their set-up: it reads the guards of others. */
const awaits: Maker = (cast, process, others) => {
  if (others.length === 0) return onMapping('store')(cast, process, others)
  const actor = cast.regions.length > 0 && cast.chance(15) ? 'N' : cast.one(others)
  if (cast.chance(40)) return operation('await-held', { file: cast.one(cast.files).name, page: cast.prng.below(3), by: actor })
  return operation('await-waiting', { actor, ...(cast.chance(50) ? { op: actor === 'N' ? 1 : 1 + cast.prng.below(2) } : {}) })
}

const truncates: Maker = (cast) => {
  const { name, pages } = cast.one(cast.files)
  return operation('ftruncate', { file: name, size: cast.chance(10) ? 5_000 : `${cast.prng.below(pages + 2) * 4} KiB` })
}

const MAKERS: readonly (readonly [number, Maker])[] = [
  [4, onMapping('odirect-read')], [2, onMapping('odirect-write')], [3, splices], [3, drains], [3, registers], [2, deregisters],
  [4, truncates], [4, onFile('fallocate', { mode: 'punch' })], [3, onFile('pwrite')], [1, onFile('pread')],
  [3, onMapping('store')], [2, onMapping('load')], [1, kills], [1, () => operation('exit')],
  [1, (cast, process) => operation('munmap', { mapping: ownMapping(cast, process).name })], [1, mapsOne],
  [2, awaits],
  [1, (cast) => operation('wait', { for: `${cast.prng.below(100)} us` })],
]
/** Devices, layout operations and allocations on one file: what collides. */
const COLLIDING: typeof MAKERS = [[4, onMapping('odirect-read')], [5, registers], [1, splices], [3, truncates], [2, onFile('fallocate', { mode: 'punch' })], [3, onFile('pwrite')], [2, onMapping('store')]]

function anyOperation(cast: Cast, process: string, others: readonly string[]): LabOperation {
  const makers = cast.isCrowded ? COLLIDING : MAKERS
  let left = cast.prng.below(makers.reduce((sum, [weight]) => sum + weight, 0))
  for (const [weight, maker] of makers) {
    if (left < weight) return maker(cast, process, others)
    left -= weight
  }
  throw new Error('weights add up')
}
