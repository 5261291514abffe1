import { describe, expect, it } from 'vitest'
import { bundledLab, bundledLabs } from '../../../support/bundled-labs'
import { LAYOUT_AND_COUNT_POLICIES } from '../../../support/policies'
import { run } from '../../../support/run'
import { smallLab } from '../../../support/small-lab'

const digest = (name: string, policy: string, seed: number, schedule: string | null): string =>
  run(bundledLab(name).lab, { policy, seed, ...(schedule === null ? {} : { schedule }) }).summary.digest

/** Something else in between: whatever the engine keeps beside the arena would show. */
const interlude = smallLab({ files: { F: 3 }, actors: { A: [['mmap', { name: 'm', file: 'F' }], ['odirect-read', { mapping: 'm' }], ['ftruncate', { file: 'F', size: 0 }]] } })

/** Labs take turns: each is run under one in so many layout policies and ways of counting, and all of those come up. */
const TURNS = 12

describe('one lab, one policy and one seed give one trace', () => {
  it.each(bundledLabs().map(({ name }, turn) => ({ name, turn })))('$name, under layout policies and ways of counting', ({ name, turn }) => {
    const runs = LAYOUT_AND_COUNT_POLICIES.map((policy, seed) => ({ policy, seed, schedule: seed % 2 === 0 ? null : 'random' })).filter(({ seed }) => seed % TURNS === turn % TURNS)
    const first = runs.map(({ policy, seed, schedule }) => digest(name, policy, seed, schedule))
    const again = runs.map(({ policy, seed, schedule }) => {
      if (seed % 5 === 0) run(interlude, { seed })
      return digest(name, policy, seed, schedule)
    })
    expect(again).toEqual(first)
  })

  it('and other seeds other random schedules', () => {
    const digests = new Set(Array.from({ length: 20 }, (_, seed) => digest('truncate-vs-dma', 'truncate-vs-dma=wait-retry', seed, 'random')))
    expect(digests.size).toBeGreaterThan(15)
  })

  it('and the digest sees every step: another policy is another digest', () => {
    const digests = LAYOUT_AND_COUNT_POLICIES.filter((policy) => !policy.includes('private')).map((policy) => digest('truncate-under-short-dio-pin', policy, 1, null))
    expect(new Set(digests).size).toBeGreaterThan(10)
  })
})
