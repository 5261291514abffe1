import { readdirSync } from 'node:fs'
import { at } from '../../../resources/runtime/checkout.mjs'

const ending = '.lab.yaml'

/** Ids of the bundled labs, as the gallery spells them: "guided/truncate-vs-dma". */
export const bundledLabs: readonly string[] = readdirSync(at('resources', 'labs'), { recursive: true, encoding: 'utf8' })
  .filter((name) => name.endsWith(ending))
  .map((name) => name.slice(0, -ending.length))
  .sort()

export const fileOfLab = (id: string): string => at('resources', 'labs', `${id}${ending}`)
