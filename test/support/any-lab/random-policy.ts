import { KNOBS } from '../../../src-main/sim/policies/knobs'
import { BUILDS, PRESETS } from '../../../src-main/sim/policies/presets'
import { VARIANTS } from '../../../src-main/sim/policies/registry'
import type { Chance } from './chance'

const BUILD_OF: Readonly<Record<string, string | undefined>> = Object.fromEntries(Object.keys(BUILDS).map((build) => [`linux-${build.split('.').slice(0, 2).join('.')}`, build]))

/** Any preset; often with another variant of an axis or two, now and then with a knob turned or as an observed build. */
export function randomPolicy(chance: Chance): string {
  const { id: preset } = chance.one(PRESETS)
  const build = BUILD_OF[preset]
  const variants = new Map(Array.from({ length: chance.one([0, 0, 0, 1, 1, 2]) }, () => chance.one(VARIANTS)).map(({ axis, id }) => [axis, id]))
  const knobs = new Map(Array.from({ length: chance.one([0, 0, 0, 1, 1, 2]) }, () => chance.one(Object.values(KNOBS))).map(({ name, type }) => [name, chance.one(type.values as readonly string[])]))
  return [preset, ...[...variants, ...knobs].map(([name, value]) => `${name}=${value}`), ...(build !== undefined && chance.percent(40) ? [`build=${build}`] : [])].join(',')
}
