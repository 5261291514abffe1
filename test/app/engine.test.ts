import { afterAll, beforeAll, expect, test } from 'vitest'
import type { TraceMessage } from '@shared/protocol/commands'
import { enginePid } from './support/engine-process'
import { type LaunchedApp, launchApp } from './support/launch'

const labId = 'guided/truncate-vs-dma'

let lab: LaunchedApp

beforeAll(async () => {
  lab = await launchApp()
})

afterAll(async () => {
  await lab.close()
})

interface Seen {
  readonly steps: number
  readonly arrivedBefore: number
  readonly firstSteps: readonly number[]
  readonly runs: readonly number[]
}

/** Runs a bundled lab over the bridge itself, and counts what came over the trace port by the time the reply was there. */
function runBundled(id: string): Promise<Seen> {
  return lab.page.evaluate(async (labOfGallery) => {
    const messages: TraceMessage[] = []
    const stop = window.pinlab.onTrace((message) => messages.push(message))
    const opened = await window.pinlab.invoke('lab.openBundled', { id: labOfGallery })
    if (!opened.ok || opened.reply.kind !== 'opened') throw new Error(`cannot open ${labOfGallery}`)
    const document = JSON.parse(JSON.stringify(opened.reply.opened.lab)) as Record<string, unknown>
    const answer = await window.pinlab.invoke('run.start', { lab: document, name: opened.reply.opened.name, text: opened.reply.opened.text, policy: null, seed: null, schedule: null })
    stop()
    if (!answer.ok || answer.reply.kind !== 'finished') throw new Error(JSON.stringify(answer))
    const { run, summary } = answer.reply
    return {
      steps: summary.steps,
      arrivedBefore: messages.filter((message) => message.run === run).reduce((sum, { chunk }) => sum + chunk.count, 0),
      firstSteps: messages.map(({ chunk }) => chunk.firstStep),
      runs: [...new Set(messages.map((message) => message.run))]
    }
  }, id)
}

test('a run is answered only when its whole trace has arrived, in order', async () => {
  const { steps, arrivedBefore, firstSteps, runs } = await runBundled(labId)
  expect(steps).toBeGreaterThan(0)
  expect(arrivedBefore).toBe(steps)
  expect(firstSteps).toEqual([...firstSteps].sort((a, b) => a - b))
  expect(runs).toHaveLength(1)
})

test('a run whose lab is not one is refused, and the engine lives', async () => {
  const before = await enginePid(lab.app)
  const answer = await lab.page.evaluate(() => window.pinlab.invoke('run.start', { lab: { title: 7 }, name: 'x', text: '', policy: null, seed: null, schedule: null }))
  expect(answer).toMatchObject({ ok: true, reply: { kind: 'refused' } })
  expect(await enginePid(lab.app)).toBe(before)
})

test('when the engine dies in a run, the window is told, lives, and can run again', async () => {
  const pid = await enginePid(lab.app)
  if (pid === null) throw new Error('the engine is not running')
  // Held still, so that the run is certainly on its way when the process ends.
  process.kill(pid, 'SIGSTOP')
  const answer = lab.page.evaluate(() => window.pinlab.invoke('run.start', { lab: {}, name: 'x', text: '', policy: null, seed: null, schedule: null }))
  await expect(stillPending(answer)).resolves.toBe(true)
  process.kill(pid, 'SIGKILL')
  expect(await answer).toMatchObject({ ok: false, fault: { code: 'host-died', message: expect.stringMatching(/engine ended.*run the lab again/) as string } })

  expect(await lab.page.title()).toContain('PinLab')
  expect((await runBundled(labId)).steps).toBeGreaterThan(0)
  expect(await enginePid(lab.app)).not.toBe(pid)
})

test('an engine that dies at rest is back before anybody asks', async () => {
  const pid = await enginePid(lab.app)
  if (pid === null) throw new Error('the engine is not running')
  process.kill(pid, 'SIGKILL')
  await expect.poll(() => enginePid(lab.app)).not.toBe(pid)
  const seen = await runBundled(labId)
  expect(seen.arrivedBefore).toBe(seen.steps)
})

test('a page that is loaded anew gets its traces', async () => {
  await lab.page.reload()
  const seen = await runBundled(labId)
  expect(seen.arrivedBefore).toBe(seen.steps)
})

const patienceMs = 300

function stillPending(answer: Promise<unknown>): Promise<boolean> {
  return Promise.race([answer.then(() => false), new Promise<boolean>((resolve) => setTimeout(() => resolve(true), patienceMs))])
}
