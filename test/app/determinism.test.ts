import { readFileSync } from 'node:fs'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { catalogue, runLab } from '../../src-main/sim/assemble'
import { readLab } from '../../src-main/storage/lab-file'
import { bundledLabs, fileOfLab } from './support/bundled-labs'
import { type LaunchedApp, launchApp } from './support/launch'

let lab: LaunchedApp

beforeAll(async () => {
  lab = await launchApp()
})

afterAll(async () => {
  await lab.close()
})

/** Digest of a run in this process. */
function digestInNode(id: string, policy: string | null): string {
  const name = `${id}.lab.yaml`
  const read = readLab(readFileSync(fileOfLab(id), 'utf8'), name, catalogue())
  if (!read.ok) throw new Error(JSON.stringify(read.refusal))
  const result = runLab(read.value.lab, { name, policy, seed: null, schedule: null }, () => undefined)
  if (!result.ok) throw new Error(JSON.stringify(result.refusal))
  return result.value.summary.digest
}

/** Digest of a run in the app's engine. */
function digestInElectron(id: string, policy: string | null): Promise<string> {
  return lab.page.evaluate(async ([labOfGallery, underPolicy]) => {
    const opened = await window.pinlab.invoke('lab.openBundled', { id: labOfGallery })
    if (!opened.ok || opened.reply.kind !== 'opened') throw new Error(JSON.stringify(opened))
    const { lab: document, name, text } = opened.reply.opened
    // A run ends when the page has taken its trace; the start screen does not listen yet.
    const stop = window.pinlab.onTrace(() => undefined)
    const answer = await window.pinlab.invoke('run.start', { lab: { ...document }, name, text, policy: underPolicy, seed: null, schedule: null })
    stop()
    if (!answer.ok || answer.reply.kind !== 'finished') throw new Error(JSON.stringify(answer))
    return answer.reply.summary.digest
  }, [id, policy] as const)
}

test.each(bundledLabs)('%s runs in Electron as in Node, twice', async (id) => {
  const expected = digestInNode(id, null)
  expect(expected).toMatch(/^[0-9a-f]{16}$/)
  expect([digestInNode(id, null), await digestInElectron(id, null), await digestInElectron(id, null)]).toEqual([expected, expected, expected])
})

test('the guided lab has a digest of its own under each answer to truncate versus DMA', async () => {
  const id = 'guided/truncate-vs-dma'
  const variants = catalogue().axes.find((axis) => axis.id === 'truncate-vs-dma')?.variants ?? []
  expect(variants.length).toBeGreaterThan(5)
  const digests = new Set<string>()
  for (const variant of variants) {
    const policy = `linux-4.20,truncate-vs-dma=${variant.id}`
    const digest = await digestInElectron(id, policy)
    expect(digest).toBe(digestInNode(id, policy))
    digests.add(digest)
  }
  expect(digests.size).toBe(variants.length)
})
