import { afterAll, beforeAll, expect, test } from 'vitest'
import { type LaunchedApp, launchApp } from './support/launch'
import { Workbench } from './support/workbench'

let lab: LaunchedApp
let bench: Workbench

beforeAll(async () => {
  lab = await launchApp()
  bench = new Workbench(lab.page)
  await bench.openFromStart('Truncate versus DMA (2017)')
})

afterAll(async () => {
  await lab.close()
})

const comparison = () => lab.page.getByRole('region', { name: 'Comparison' })
const row = (name: string) => comparison().getByRole('row', { name: new RegExp(`^${name}\\b`) })

test('the mode is a key away, and teaches before anything was compared', async () => {
  await lab.page.keyboard.press('Control+2')
  expect(await comparison().innerText()).toContain('One workload, many kernels')
})

test('one axis gives a row a variant: what corrupts, what hangs, what refuses', async () => {
  await comparison().getByRole('button', { name: 'truncate-vs-dma=*' }).click()
  await row('truncate-vs-dma=wait-retry').waitFor()
  expect(await comparison().locator('tbody tr').count()).toBe(7)
  expect(await row('truncate-vs-dma=none').innerText()).toMatch(/safety[\s\S]*S1 at/)
  expect(await row('truncate-vs-dma=wait-hold-lock').innerText()).toMatch(/liveness[\s\S]*blocked[\s\S]*L5 at/)
  expect(await row('truncate-vs-dma=fail-etxtbsy').innerText()).toMatch(/holds[\s\S]*ETXTBSY/)
})

test('policies that make no sense are told where they are typed', async () => {
  await comparison().getByRole('textbox').fill('linux-6.2')
  await lab.page.keyboard.press('Enter')
  await comparison().getByRole('alert').waitFor()
  expect(await comparison().getByRole('alert').innerText()).toContain('Unknown preset "linux-6.2"')
  expect(await comparison().locator('tbody tr').count()).toBe(7)
})

test('a cell opens its run, at what went wrong, with its operation selected', async () => {
  await row('truncate-vs-dma=none').getByRole('button', { name: /safety/ }).click()
  await bench.status.getByText('S1').first().waitFor()
  expect(await bench.header.getByRole('button', { name: /policy/ }).getAttribute('title')).toContain('truncate-vs-dma=none')
  await lab.page.keyboard.press('Control+2')
  await row('truncate-vs-dma=fail-etxtbsy').getByRole('button', { name: 'ETXTBSY', exact: true }).click()
  await expect.poll(() => bench.inspector.innerText()).toContain('ETXTBSY')
})
