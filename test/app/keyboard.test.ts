import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { answerSave } from './support/dialogs'
import { type LaunchedApp, launchApp } from './support/launch'
import { Workbench } from './support/workbench'

// The job of the guided lab without a mouse. Each chapter goes on where the one before ended.
let lab: LaunchedApp
let bench: Workbench

beforeAll(async () => {
  lab = await launchApp()
  bench = new Workbench(lab.page)
})

afterAll(async () => {
  await lab.close()
})

const press = (key: string): Promise<void> => lab.page.keyboard.press(key)

/** Moves the focus forward until it is on the control of this name; says so if a whole round does not meet it. */
async function tabTo(name: string): Promise<void> {
  const stopsMax = 80
  for (let stop = 0; stop < stopsMax; stop++) {
    await press('Tab')
    const focused = await lab.page.evaluate(() => {
      const element = document.activeElement
      return element?.getAttribute('aria-label') ?? element?.textContent.trim() ?? ''
    })
    if (focused.startsWith(name)) return
  }
  throw new Error(`Tab does not reach ${name}`)
}

test('a guided lab is reached and opened by keys', async () => {
  await lab.page.getByRole('button', { name: 'Truncate versus DMA (2017)' }).waitFor()
  await tabTo('Truncate versus DMA (2017)')
  await press('Enter')
  await bench.guide.waitFor()
  await bench.card('nvme0').waitFor()
  expect(await bench.header.innerText()).toContain('truncate-vs-dma')
})

test('the guide is worked by keys up to the violation', async () => {
  await tabTo('Begin')
  await press('Enter')
  await expect.poll(() => bench.guide.innerText()).toContain('No guard at all')
  await bench.guide.getByRole('radio').first().focus()
  // A radio group checks what the focus comes to while the arrow is still down, as a finger keeps it.
  for (const nth of [1, 2]) {
    await lab.page.keyboard.press('ArrowDown', { delay: 60 })
    await expect.poll(() => bench.guide.getByRole('radio').nth(nth).isChecked()).toBe(true)
  }
  // The answer keeps the focus, and takes Enter for itself.
  await press('Control+Enter')
  await tabTo('Show what happens')
  await press('Enter')
  await bench.guide.getByRole('status').waitFor()
  await press('Home')
  await expect.poll(async () => (await bench.position())[0]).toBe(0)
  await press('v')
  await expect.poll(async () => (await bench.position())[0]).toBeGreaterThan(0)
  expect(await bench.status.innerText()).toContain('S1')
})

test('Ctrl+Enter runs from a tab and from a card, and selects nothing', async () => {
  for (const focused of [lab.page.getByRole('tab', { name: 'Events' }), bench.card('cpu0')]) {
    await press('v')
    const [violated] = await bench.position()
    await focused.focus()
    await press('Control+Enter')
    await expect.poll(async () => (await bench.position())[0]).toBeLessThan(violated)
  }
  expect(await bench.card('cpu0').getAttribute('aria-pressed')).toBe('false')
  await press('v')
})

test('a page is found, asked and stepped through by keys', async () => {
  await bench.select('page:G:1')
  await expect.poll(() => bench.inspector.innerText()).toContain('Why is page G:1')
  const [violated] = await bench.position()
  await press('ArrowLeft')
  await expect.poll(async () => (await bench.position())[0]).toBe(violated - 1)
  expect(await bench.fact('content')).toBe('data of copy.2')
  await press('ArrowRight')
  await expect.poll(() => bench.fact('content')).toBe('data of app.2')
})

test('the report is exported by keys', async () => {
  const exported = join(lab.folder, 'report.html')
  await answerSave(lab.app, exported)
  await press('Control+e')
  await lab.page.getByText('Report written').first().waitFor()
  expect(readFileSync(exported, 'utf8')).toContain('S1')
})

test('a NIC is placed, linked, taken back and saved by keys', async () => {
  await tabTo('Guide')
  await press('ArrowRight')
  await bench.guide.waitFor({ state: 'detached' })
  await tabTo('Filter parts')
  await lab.page.keyboard.type('nic')
  await press('Enter')
  await bench.card('nic0').waitFor()
  await tabTo('nic0')
  await press('Enter')
  await press('l')
  await lab.page.getByRole('dialog').getByRole('option').first().waitFor()
  await press('ArrowDown')
  await press('Enter')
  await expect.poll(() => bench.header.getByRole('button', { name: /^Undo link nic0 to / }).count()).toBe(1)
  await press('Control+z')
  await expect.poll(() => bench.header.getByRole('button', { name: /^Undo add nic0/ }).count()).toBe(1)
  const own = join(lab.folder, 'own.lab.yaml')
  await answerSave(lab.app, own)
  await press('Control+s')
  await expect.poll(() => bench.status.innerText()).toContain('saved 0 s ago')
  expect(readFileSync(own, 'utf8')).toContain('nic0: { kind: rdma-nic }')
})
