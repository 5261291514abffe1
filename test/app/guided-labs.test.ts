import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { labFrom } from '../support/bundled-labs'
import { bundledLabs, fileOfLab } from './support/bundled-labs'
import { type LaunchedApp, launchApp } from './support/launch'
import { Workbench } from './support/workbench'

const guided = bundledLabs.filter((id) => id.startsWith('guided/')).map((id) => ({ id, lab: labFrom(fileOfLab(id)) }))

let app: LaunchedApp
let bench: Workbench

beforeAll(async () => {
  app = await launchApp()
  bench = new Workbench(app.page)
})

afterAll(async () => {
  await app.close()
})

describe.each(guided)('$id', ({ lab }) => {
  const steps = lab.guide?.steps ?? []

  test('opens from the gallery at its introduction', async () => {
    if (await bench.guide.isVisible()) await app.page.keyboard.press('Control+l')
    await bench.openFromStart(lab.title)
    await expect.poll(() => bench.guide.innerText()).toContain(`${steps.length} steps`)
    expect(steps.length).toBeGreaterThan(0)
  })

  test.each(steps.map((step, nth) => ({ step, nth, title: step.title })))('step: $title', async ({ step, nth }) => {
    await bench.predictAndWatch(nth + 1, step.correct + 1)
    const told = await bench.guide.innerText()
    expect(told).toContain('As you predicted')
    expect(told).toContain(step.source)
    expect(told, 'what the step looks at is there').not.toContain(`${step.look ?? '–'}:`)
    await app.page.getByRole('tab', { name: /Problems/ }).click()
    expect(await bench.views.locator('.id', { hasText: 'expected' }).count(), 'every claim holds').toBe(0)
    await app.page.getByRole('tab', { name: 'Timeline' }).click()
  })
})

test('every guided lab claims something under every policy that its steps run', () => {
  const silent = guided.flatMap(({ id, lab }) => (lab.expect?.length ?? 0) === 0 ? [id] : [])
  expect(silent).toEqual([])
})
