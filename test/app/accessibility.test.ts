import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type LaunchedApp, launchApp } from './support/launch'
import { Workbench } from './support/workbench'

let lab: LaunchedApp
let bench: Workbench

beforeAll(async () => {
  lab = await launchApp()
  bench = new Workbench(lab.page)
})

afterAll(async () => {
  await lab.close()
})

interface AxeResults {
  readonly violations: readonly { readonly id: string; readonly impact: string | null; readonly nodes: readonly { readonly html: string }[] }[]
}

/** Grave findings of axe-core on what is on the screen. */
async function graveFindings(): Promise<readonly string[]> {
  const source = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8')
  await lab.page.evaluate(source)
  const { violations } = await lab.page.evaluate(() => (window as unknown as { axe: { run(): Promise<AxeResults> } }).axe.run())
  return violations.filter(({ impact }) => impact === 'critical' || impact === 'serious').map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html.slice(0, 160)).join(' | ')}`)
}

test('the start screen has no grave accessibility finding', async () => {
  await lab.page.getByRole('heading', { level: 1 }).waitFor()
  expect(await graveFindings()).toEqual([])
})

test('the workbench has no grave accessibility finding, light or dark', async () => {
  await bench.openFromStart('Truncate versus DMA (2017)')
  await lab.page.keyboard.press('Control+Enter')
  await expect.poll(() => bench.status.innerText()).toMatch(/step\s+\d/)
  await bench.select('op:admin.1')
  expect(await graveFindings()).toEqual([])
  await lab.page.keyboard.press('Control+Shift+l')
  expect(await graveFindings()).toEqual([])
})
