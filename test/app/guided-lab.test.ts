import { spawnSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { at } from '../../resources/runtime/checkout.mjs'
import { answerOpen, answerSave } from './support/dialogs'
import { type LaunchedApp, launchApp } from './support/launch'
import { Workbench } from './support/workbench'

// One story in chapters: each goes on where the one before ended.
let lab: LaunchedApp
let bench: Workbench

const guided = 'resources/labs/guided/truncate-vs-dma.lab.yaml'
const waitRetry = 'linux-4.20,truncate-vs-dma=wait-retry'

beforeAll(async () => {
  lab = await launchApp()
  bench = new Workbench(lab.page)
})

afterAll(async () => {
  await lab.close()
})

test('the guided lab opens from the start screen', async () => {
  await bench.openFromStart('Truncate versus DMA (2017)')
  await expect.poll(() => bench.guide.innerText()).toContain('7 steps')
  for (const node of ['cpu0', 'node0', 'pmem0', 'rc0', 'nvme0']) expect(await bench.card(node).isVisible()).toBe(true)
  expect(await bench.status.innerText()).toContain('not run yet')
})

test('without a guard the drive writes into a block of another file', async () => {
  await bench.predictAndWatch(1, 3)
  expect(await bench.guide.innerText()).toContain('As you predicted')
  const status = await bench.status.innerText()
  expect(status).toContain('S1')
  expect(status).toContain('+ 1 more')
  await bench.select('page:G:1')
  expect(await bench.fact('file')).toBe('G:1')
  expect(await bench.fact('content')).toBe('data of app.2')
  expect(await bench.fact('refcount')).toMatch(/^2\b/)
})

test('asked why, the page answers with its holder and the moment the hold was taken', async () => {
  const answer = await bench.inspector.innerText()
  expect(answer).toContain('Why is page G:1 (pmem0, pfn 0x80001) still referenced?')
  expect(answer).toContain('O_DIRECT request of app.2 has a reference on F:1')
  expect(answer).toMatch(/taken by odirect-read into buf pages 1\+2 by app at 1\.2 µs/)
  expect(answer).toContain('the block was F:1 then and belongs to G:1 now')
  expect(answer).toContain('released when nvme0 completes app.2')
})

test('the problems name both broken invariants and their chains', async () => {
  await lab.page.getByRole('tab', { name: /Problems/ }).click()
  const problems = await bench.views.getByRole('tabpanel').innerText()
  expect(problems).toMatch(/S1[\s\S]*nvme0 wrote G:1 by DMA[\s\S]*S2/)
  expect(problems).toContain('policy truncate-vs-dma let the block go while it was held')
})

test('one step back the page still holds what copy wrote, and a step forward it does not', async () => {
  const [violated, steps] = await bench.position()
  expect(violated).toBeLessThan(steps)
  await bench.header.getByRole('button', { name: /^Step back/ }).click()
  await expect.poll(() => bench.position()).toEqual([violated - 1, steps])
  expect(await bench.fact('content')).toBe('data of copy.2')
  await bench.header.getByRole('button', { name: /^Step \(/ }).click()
  await expect.poll(() => bench.position()).toEqual([violated, steps])
  expect(await bench.fact('content')).toBe('data of app.2')
})

test('under wait-retry nothing is corrupted, and truncate waits for holds that come again and again', async () => {
  await bench.predictAndWatch(3, 3)
  expect(await bench.header.innerText()).toContain('linux-4.20')
  const status = await bench.status.innerText()
  expect(status).toContain('L1')
  expect(status).not.toContain('more')
  expect(await bench.inspector.innerText()).toMatch(/ftruncate F to 0 B\s+blocked/)
  const chain = await bench.inspector.innerText()
  expect(chain).toContain('waits for page F:1 (pmem0, pfn 0x80001) to become idle')
  expect(chain).toContain('O_DIRECT request of app.2 has a reference on F:1')
  await bench.select('page:F:1')
  expect(await bench.fact('file')).toBe('F:1')
  expect(await bench.inspector.innerText()).toContain('under DMA')
})

test('the exported report is, byte for byte, the one that the command line writes', async () => {
  const exported = join(lab.folder, 'exported.html')
  const written = join(lab.folder, 'written.html')
  await answerSave(lab.app, exported)
  await lab.page.keyboard.press('Control+e')
  await lab.page.getByText('Report written').first().waitFor()
  spawnSync(process.execPath, [at('out', 'main', 'pinlab.js'), 'run', at(guided), '--policy', waitRetry, '--report', written])
  expect(readFileSync(exported, 'utf8')).toBe(readFileSync(written, 'utf8'))
})

test('a NIC is added to the guided lab and wired by drag, taken back and brought again', async () => {
  await lab.page.getByRole('tab', { name: 'Parts' }).click()
  await lab.page.getByRole('button', { name: 'NIC', exact: true }).click()
  await bench.card('nic0').waitFor()
  await dragWire('nic0', 'rc0')
  expect(await undoLabel()).toContain('Undo link nic0 to rc0')
  expect(await bench.status.innerText()).toContain('edited since this run')
  await lab.page.keyboard.press('Control+z')
  expect(await undoLabel()).toContain('Undo add nic0')
  await lab.page.keyboard.press('Control+z')
  await bench.card('nic0').waitFor({ state: 'detached' })
  expect(await bench.status.innerText()).not.toContain('not saved')
  await lab.page.keyboard.press('Control+y')
  await lab.page.keyboard.press('Control+y')
  await bench.card('nic0').waitFor()
  expect(await bench.status.innerText()).toContain('not saved')
})

test('the guided lab is saved with its comments, and opens again as a guided lab with the NIC', async () => {
  const own = join(lab.folder, 'own.lab.yaml')
  await answerSave(lab.app, own)
  await lab.page.keyboard.press('Control+s')
  await expect.poll(() => bench.status.innerText()).toContain('saved 0 s ago')
  const text = readFileSync(own, 'utf8')
  const before = readFileSync(at(guided), 'utf8')
  expect(text).toMatch(/nic0: \{ kind: rdma-nic \}/)
  expect(text).toMatch(/from: nic0, to: rc0/)
  expect(before.split('\n').filter((line) => !text.includes(line))).toEqual([])

  await lab.page.keyboard.press('Control+n')
  await bench.card('nic0').waitFor({ state: 'detached' })
  await answerOpen(lab.app, own)
  await lab.page.keyboard.press('Control+o')
  await bench.card('nic0').waitFor()
  expect(await bench.header.innerText()).toMatch(/own/)
  await expect.poll(() => bench.guide.innerText()).toContain('7 steps')
  await bench.predictAndWatch(1, 3)
  expect(await bench.status.innerText()).toContain('S1')
})

const undoLabel = async (): Promise<string> => (await bench.header.getByRole('button', { name: /^Undo/ }).getAttribute('aria-label')) ?? ''

/** Draws a wire from the first port of one card to another card. */
async function dragWire(from: string, to: string): Promise<void> {
  const [port, card] = await Promise.all([bench.card(from).locator('.port').first().boundingBox(), bench.card(to).boundingBox()])
  if (port === null || card === null) throw new Error(`${from} or ${to} is not on the screen`)
  const { mouse } = lab.page
  await mouse.move(port.x + port.width / 2, port.y + port.height / 2)
  await mouse.down()
  await mouse.move(card.x + card.width / 2, card.y + card.height / 2, { steps: 4 })
  await mouse.up()
}
