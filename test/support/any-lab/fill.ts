import { PAGE_BYTES } from '../../../src-shared/units/pages'
import type { LabOperation, Scalar } from '../../../src-shared/lab/lab'
import type { Parameter } from '../../../src-shared/protocol/parameter'
import { OPERATIONS } from '../../../src-main/sim/operations/registry'
import type { Maker } from './family'
import type { Doer, NameKind, Scene } from './scene'

/** How often a parameter is given that need not be, out of 100. */
const OPTIONAL_PERCENT = 25
/** Texts, byte ranges and fragments of one page are said by makers alone: chance does not know what goes with them. */
const SAID_ALONE: ReadonlySet<string> = new Set(['range', 'fragments'])
const KIND_OF_REFERENCE: Readonly<Record<string, NameKind>> = { fd: 'fd', mr: 'mr', pipe: 'pipe', 'p2p-buffer': 'p2p-buffer' }
/** Devices that an operation may leave unsaid while there is one alone. */
const ONLY_ONE: ReadonlySet<string> = new Set(['drive', 'rdma-nic', 'gpu-memory'])

/** The operation, with every parameter that the maker leaves open; null where the scene has not what it needs. */
export function operationBy(maker: Maker, scene: Scene, doer: Doer): LabOperation | null {
  const said = maker.says(scene, doer)
  if (said === null) return null
  const operation = OPERATIONS.find(({ word }) => word === maker.word)
  if (operation === undefined) throw new Error(`there is no operation ${maker.word}`)
  const parameters: Record<string, Scalar> = { ...said }
  for (const parameter of operation.parameters) {
    if (parameter.name in parameters || SAID_ALONE.has(parameter.name)) continue
    const isNeeded = parameter.required || isAmbiguous(parameter, scene)
    if (!isNeeded && !scene.chance.percent(OPTIONAL_PERCENT)) continue
    const value = valueOf(parameter, parameters, maker, scene, doer)
    if (value !== undefined) parameters[parameter.name] = value
    else if (isNeeded) return null
  }
  return { word: maker.word, parameters }
}

function isAmbiguous({ type }: Parameter, scene: Scene): boolean {
  return type.kind === 'reference' && ONLY_ONE.has(type.to) && scene.nodesOf(type.to).length !== 1
}

function valueOf({ name, type }: Parameter, given: Readonly<Record<string, Scalar>>, maker: Maker, scene: Scene, doer: Doer): Scalar | undefined {
  const { chance } = scene
  switch (type.kind) {
    case 'choice': return chance.one(type.values)
    case 'flag': return chance.percent(50)
    case 'pages': return chance.pages(pagesOf(given, scene))
    case 'quantity': return quantity(name, type.dimension, type.min, type.max, scene)
    case 'reference': return reference(type.to, maker, scene, doer)
    case 'text': case 'files': return undefined
  }
}

/** Pages of what the operation names. */
function pagesOf(given: Readonly<Record<string, Scalar>>, { mappings, files }: Scene): number {
  const mapping = mappings.find(({ name }) => name === given['mapping'])
  if (mapping !== undefined) return mapping.pages
  const file = files.find(({ name }) => name === given['file'])
  return file === undefined ? 2 : file.pages + 1
}

function quantity(name: string, dimension: string, min: number, max: number, { chance }: Scene): Scalar {
  switch (dimension) {
    case 'bytes': return name === 'offset' ? chance.below(PAGE_BYTES) : Math.min(max, Math.max(min, chance.percent(15) ? 1 + chance.below(4 * PAGE_BYTES) : chance.below(6) * PAGE_BYTES))
    case 'ns': return `${chance.one([0, 1, 20, 100, 1_000])} us`
    default: return Math.min(max, min + chance.below(4))
  }
}

function reference(to: string, maker: Maker, scene: Scene, doer: Doer): string | undefined {
  const { chance } = scene
  switch (to) {
    case 'file': return scene.file(maker.takes)?.name
    case 'mapping': return chance.maybeOne(scene.mappingsOf(doer.process).filter(({ file }) => file === null || maker.takes(file)))?.name
    case 'actor': return chance.maybeOne(doer.others)
    default: {
      const kind = KIND_OF_REFERENCE[to]
      return kind === undefined ? chance.maybeOne(scene.nodesOf(to)) : scene.known(kind, doer.process)
    }
  }
}
