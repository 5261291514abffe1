import { afterAll, beforeAll, expect, test } from 'vitest'
import { at } from '../../resources/runtime/checkout.mjs'
import { answerOpen } from './support/dialogs'
import { type LaunchedApp, launchApp } from './support/launch'
import { Workbench } from './support/workbench'

let app: LaunchedApp
let bench: Workbench

beforeAll(async () => {
  app = await launchApp()
  bench = new Workbench(app.page)
})

afterAll(async () => {
  await app.close()
})

const view = () => app.page.getByRole('region', { name: 'Agreement with real kernels' })

test('the view is a key away, and says what an observation is', async () => {
  await app.page.keyboard.press('Control+3')
  expect(await view().innerText()).toContain('Each becomes a lab')
})

test('a file that is none says where it is wrong', async () => {
  await answerOpen(app.app, at('package.json'))
  await view().getByRole('button', { name: 'Choose observations…' }).click()
  await view().getByRole('alert').waitFor()
  expect(await view().getByRole('alert').innerText()).toContain('package.json')
})

test('observations are compared by area, and those that agree open as labs that run', async () => {
  await answerOpen(app.app, at('test', 'conform', 'observations', 'linux-6.12.json'))
  await view().getByRole('button', { name: 'Choose observations…' }).click()
  await view().getByRole('rowheader', { name: 'gup' }).waitFor({ timeout: 90_000 })
  await view().getByRole('radio', { name: 'agree', exact: true }).click()
  await view().getByRole('listitem').first().click()
  await bench.status.getByText('not run yet').waitFor()
  expect(await bench.header.innerText()).toContain('.lab.yaml')
})

test('the modes go before it: a key that asks for one shows it', async () => {
  await app.page.keyboard.press('Control+3')
  await view().waitFor()
  expect(await app.page.getByRole('radio', { name: 'Run', exact: true }).isChecked()).toBe(false)
  await app.page.keyboard.press('Control+2')
  await app.page.getByRole('region', { name: 'Comparison' }).waitFor()
  expect(await view().count()).toBe(0)
  await app.page.keyboard.press('Control+3')
  await app.page.keyboard.press('Control+1')
  await app.page.getByRole('tab', { name: 'Timeline' }).waitFor()
  expect(await view().count()).toBe(0)
})
