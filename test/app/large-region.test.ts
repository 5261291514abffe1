import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { answerOpen } from './support/dialogs'
import { type LaunchedApp, launchApp } from './support/launch'
import { Workbench } from './support/workbench'

let lab: LaunchedApp
let bench: Workbench

const tebibyte = `version: 1
title: One held page in a tebibyte
policy: linux-6.15
topology:
  nodes:
    cpu0: { kind: cpu }
    rc0: { kind: root-complex }
    pmem0: { kind: pmem-region, size: 1 TiB, files: { F: { size: 512 GiB } } }
    nvme0: { kind: nvme-ssd, mediaLatency: 80 us }
  links:
    - { from: cpu0.memory, to: pmem0 }
    - { from: cpu0.root, to: rc0.bus }
    - { from: rc0.port, to: nvme0.pcie, gen: 4, width: 4 }
actors:
  app:
    on: cpu0
    ops:
      - mmap: { name: buf, file: F, pages: 100000000+4 }
      - odirect-read: { mapping: buf, pages: 1+1, drive: nvme0 }
  admin:
    on: cpu0
    ops:
      - ftruncate: { file: F, size: 0, at: 20 us }
watch: ["F:100000001"]
seed: 1
`

beforeAll(async () => {
  lab = await launchApp()
  bench = new Workbench(lab.page)
  const path = join(lab.folder, 'tebibyte.lab.yaml')
  writeFileSync(path, tebibyte)
  await answerOpen(lab.app, path)
  await lab.page.keyboard.press('Control+o')
  await bench.card('pmem0').waitFor()
  await lab.page.keyboard.press('Control+Enter')
  await bench.status.getByText(/^(playing|paused)$/).waitFor()
  await lab.page.keyboard.press('End')
  await lab.page.keyboard.press('Home')
})

afterAll(async () => {
  await lab.close()
})

/** Steps on until the held page is under DMA. */
async function untilHeld(): Promise<void> {
  await bench.select('page:F:100000001')
  await expect.poll(async () => {
    await bench.header.getByRole('button', { name: /^Step \(/ }).click()
    return bench.inspector.innerText()
  }, { interval: 1, timeout: 10_000 }).toContain('under DMA')
}

test('one page under DMA among 268 million is counted, found and explained', async () => {
  await untilHeld()
  expect(await bench.fact('file')).toBe('F:100000001')
  await lab.page.getByRole('tab', { name: 'Page map' }).click()
  const map = bench.views.getByRole('tabpanel')
  await expect.poll(async () => (await map.innerText()).replaceAll(/\s+/g, ' ')).toMatch(/under DMA 1\b/)
  expect((await map.innerText()).replaceAll(/\s+/g, ' ')).toContain('1 TiB')
  expect(await bench.card('pmem0').innerText()).toContain('1 page under DMA')
})

test('steps over a tebibyte are taken back and forth one by one', async () => {
  const [begun] = await bench.position()
  await bench.header.getByRole('button', { name: /^Step back/ }).click()
  await expect.poll(async () => (await bench.position())[0]).toBe(begun - 1)
  await bench.header.getByRole('button', { name: /^Step \(/ }).click()
  await expect.poll(async () => (await bench.position())[0]).toBe(begun)
})
