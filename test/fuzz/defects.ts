import type { RandomLab } from '../support/random-lab'
import { runCase } from './sequence'
import { outsideTable } from './table'

/** What is wrong with a random sequence: rules that break where the table does not say so, and crashes. */
export function defectsOf(random: RandomLab, seed: number): readonly string[] {
  try {
    return outsideTable(runCase(random, seed).broken, random.lab, random.policy).map(({ rule, by, text }) => `${rule} by ${by}: ${text}`)
  } catch (error) {
    return [String(error)]
  }
}
