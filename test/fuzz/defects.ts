import type { RandomLab } from '../support/random-lab'
import { runCase } from './sequence'

/** Without a guard, a device may write where it should not (spec 10.1, "broken by"); everything else holds under every policy. */
const isAllowed = (broken: string, policy: string): boolean => /^(after \d+ steps )?S[12]:/.test(broken) && policy.includes('truncate-vs-dma=none')

/** What is wrong with a random sequence: rules that break where they may not, and crashes. */
export function defectsOf(random: RandomLab, seed: number): readonly string[] {
  try {
    return runCase(random, seed).broken.filter((broken) => !isAllowed(broken, random.policy))
  } catch (error) {
    return [String(error)]
  }
}
