import type { Lab } from '../../src-shared/lab/lab'
import { expect, test } from 'vitest'
import { TraceCursor } from '@shared/trace/cursor'
import { explainCounts, sumOf } from '@shared/trace/holder-counts'
import { pageStatesIn } from '@shared/trace/page-state'
import type { Selection } from '@shared/trace/selection'
import { LINKS_MAX } from '@shared/trace/wait-graph'
import { why } from '@shared/trace/why'
import { catalogue } from '../../src-main/sim/assemble'
import { bundledLabs } from '../support/bundled-labs'
import { recorded, type RecordedRun } from '../support/recorded-run'

/** Every preset, and every answer to "what if a device holds the pages" with long-term pins allowed. */
const { axes, presets } = catalogue()
const layoutVariants = axes.find(({ id }) => id === 'truncate-vs-dma')!.variants
const policies = [...presets.map(({ id }) => id), ...layoutVariants.map(({ id }) => `truncate-vs-dma=${id},longterm-file-pin=allow-all`)]

/** Places of a run at which everything is asked. */
const PLACES = 9

/** Kernels without migrate_vma refuse labs that move pages to devices (spec 8). */
const WITHOUT_MIGRATION = new Set(presets.filter(({ variants }) => variants['device-migration'] === 'none').map(({ id }) => id))
const movesToDevices = (lab: Lab): boolean => Object.values(lab.actors).some(({ ops }) => ops.some(({ word }) => ['gpu-migrate', 'gpu-read', 'gpu-write', 'gpu-exclusive'].includes(word)))

const cases = bundledLabs().flatMap(({ name, lab }) => policies.filter((policy) => !movesToDevices(lab) || !WITHOUT_MIGRATION.has(policy)).map((policy) => ({ name, lab, policy })))

test.each(cases)('$name under $policy: every answer ends with a cause, every count adds up', ({ name, lab, policy }) => {
  const run = recorded(lab, name, policy)
  // Where a lab shows counts that nobody accounts for, they do not add up: that is S4 and S5.
  const isMiscounted = lab.expect?.some(({ violated }) => violated === 'S4' || violated === 'S5') === true
  const wrong = placesOf(run).flatMap((place) => wrongAt(run, place, isMiscounted))
  expect([...new Set(wrong)]).toEqual([])
})

const placesOf = ({ trace }: RecordedRun): readonly number[] =>
  [...new Set(Array.from({ length: PLACES }, (_, nth) => Math.round((trace.steps * nth) / (PLACES - 1))))]

function wrongAt({ trace, run }: RecordedRun, place: number, isMiscounted: boolean): readonly string[] {
  const view = new TraceCursor(trace)
  view.seek(place)
  // Blocks are asked one by one; a gibibyte of ordinary memory by runs of equal pages.
  const pages = run.memories.flatMap(({ fs, firstPfn, pageCount }) => fs !== 0 ? Array.from({ length: pageCount }, (_, at) => firstPfn + at) : [...pageStatesIn(view, run, firstPfn, firstPfn + pageCount)].map(({ first }) => first))
  const selections: readonly Selection[] = [
    ...pages.map((pfn) => ({ kind: 'page' as const, pfn })),
    ...run.actors.flatMap(({ kind }, nth) => (kind === 'task' && run.operations.some(({ actor }) => actor === nth) ? [{ kind: 'actor' as const, nth }] : [])),
    ...run.operations.map((_, nth) => ({ kind: 'operation' as const, nth }))
  ]
  const counts = isMiscounted ? [] : pages.flatMap((pfn) => {
    const { refs, refTerms, pins, pinTerms } = explainCounts(view, run, pfn)
    return refs === sumOf(refTerms) && pins === sumOf(pinTerms) ? [] : [`after step ${place}: page 0x${pfn.toString(16)} has ${refs} and ${pins}, its holders make ${sumOf(refTerms)} and ${sumOf(pinTerms)}`]
  })
  return [...counts, ...selections.flatMap((selection) => wrongAnswer({ trace, run, view }, selection).map((what) => `after step ${place}: ${what}`))]
}

function wrongAnswer({ trace, run, view }: Pick<RecordedRun, 'trace' | 'run'> & { view: TraceCursor }, selection: Selection): readonly string[] {
  const { question, links } = why(trace, view, run, selection)
  const shown = `${question} ${links.map(({ text, at }) => `${text} [${at?.kind ?? '-'}]`).join(' | ')}`
  const last = links.at(-1)?.at?.kind
  const wrong = [
    // Whom nothing holds up is the end of a chain; who runs no program of its own does nothing.
    last === 'operation' || last === 'policy' || (last === 'actor' && links.at(-1)?.text.includes(' can go on') === true) ? '' : 'ends without a cause',
    links.length <= LINKS_MAX ? '' : 'is too long',
    new Set(links.map(({ text }) => text)).size === links.length ? '' : 'says something twice',
    /undefined|NaN|nobody|row \d| at \d{3,}$/.test(shown.replaceAll('nobody holds or maps it', '').replaceAll('nobody brings it about', '').replaceAll('nobody gives it up', '').replaceAll('nobody acknowledges', '').replaceAll('what nobody else holds', '')) ? 'names nothing' : ''
  ]
  return wrong.filter((what) => what !== '').map((what) => `${what}: ${shown}`)
}
