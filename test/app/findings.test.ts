import { afterAll, beforeAll, expect, test } from 'vitest'
import { fileOfLab } from './support/bundled-labs'
import { type LaunchedApp, launchApp } from './support/launch'
import { Workbench } from './support/workbench'

let lab: LaunchedApp
let bench: Workbench

beforeAll(async () => {
  lab = await launchApp(`--lab=${fileOfLab('scenarios/vmsplice-pipe-holds-dax-page')}`)
  bench = new Workbench(lab.page)
  await bench.card('pmem0').waitFor()
  await lab.page.keyboard.press('Control+Enter')
  await bench.status.getByText(/^(playing|paused)$/).waitFor()
  await lab.page.keyboard.press('End')
})

afterAll(async () => {
  await lab.close()
})

test('a run whose only finding is a notice is not plainly green, and its notice is no problem', async () => {
  const status = await bench.status.innerText()
  expect(status).toContain('no invariant broke; 1 notice')
  expect(status).toMatch(/L2\s+ftruncate F to 0 B by T waits/)
  expect((await lab.page.getByRole('tab', { name: /^Problems/ }).innerText()).split(/\s+/)).toEqual(['Problems', '1', 'notice'])
  const overview = await bench.inspector.innerText()
  expect(overview).toContain('! no invariant broke; 1 notice')
  expect(overview).toContain('No operation waits for a hold that only user space can end.')
})

test('a page that nobody wrote holds what its file began with', async () => {
  await bench.select('page:F:1')
  expect(await bench.fact('content')).toBe('initial data of F')
})
