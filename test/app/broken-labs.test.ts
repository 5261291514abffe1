import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { answerOpen } from './support/dialogs'
import { fileOfLab } from './support/bundled-labs'
import { type LaunchedApp, launchApp } from './support/launch'
import { Workbench } from './support/workbench'

let lab: LaunchedApp
let bench: Workbench

const good = readFileSync(fileOfLab('guided/truncate-vs-dma'), 'utf8')

beforeAll(async () => {
  lab = await launchApp()
  bench = new Workbench(lab.page)
  await bench.openFromStart('Truncate versus DMA (2017)')
  await lab.page.keyboard.press('Control+Enter')
  await bench.status.getByText(/^(playing|paused)$/).waitFor()
  await lab.page.keyboard.press('End')
})

afterAll(async () => {
  await lab.close()
})

/** Everything that a file that cannot be opened must leave alone. */
async function onScreen(): Promise<unknown> {
  return {
    name: await bench.header.locator('.file').innerText(),
    position: await bench.position(),
    cards: await lab.page.locator('.card').evaluateAll((cards) => cards.map((card) => card.getAttribute('aria-label'))),
    guide: await bench.guide.innerText()
  }
}

function changed(from: string | RegExp, to: string): string {
  const text = good.replace(from, to)
  if (text === good) throw new Error(`the bundled lab does not hold ${String(from)}`)
  return text
}

/** Line of the first occurrence, from 1. */
const lineOf = (text: string, part: string): number => text.slice(0, text.indexOf(part)).split('\n').length

const noise = (bytes: number): Buffer => {
  const content = Buffer.alloc(bytes)
  let word = 0x2545f491
  for (let at = 0; at < bytes; at++) {
    word = (Math.imul(word, 1664525) + 1013904223) >>> 0
    content[at] = word >>> 24
  }
  return content
}

const badYaml = changed('nodes:\n', 'nodes: [\n')
const unknownDevice = changed('{ kind: root-complex }', '{ kind: abacus }')
const illegalWire = changed('{ from: cpu0.root, to: rc0.bus }', '{ from: cpu0.root, to: nvme0.pcie }')
const negativeSize = changed('size: 32 KiB', 'size: -32 KiB')
const newer = changed('version: 1', 'version: 999')

test.each<[string, string | Buffer, number | null, RegExp]>([
  ['YAML that does not parse', badYaml, null, /YAML/],
  ['an unknown device', unknownDevice, lineOf(unknownDevice, 'abacus'), /abacus/],
  ['an illegal wire', illegalWire, lineOf(illegalWire, 'from: cpu0.root'), /cpu0\.root/],
  ['a negative size', negativeSize, lineOf(negativeSize, '-32 KiB'), /-32 KiB/],
  ['10 MB of noise', noise(10_000_000), 1, /a lab may have|binary/],
  ['a newer version', newer, lineOf(newer, 'version: 999'), /newer PinLab/]
])('%s gives one error with its place, and nothing else changes', async (what, content, line, message) => {
  const before = await onScreen()
  const name = `${what.replaceAll(' ', '-')}.lab.yaml`
  writeFileSync(join(lab.folder, name), content)
  await answerOpen(lab.app, join(lab.folder, name))
  await lab.page.keyboard.press('Control+o')
  await bench.banner.getByText(name).waitFor()
  const shown = await bench.banner.innerText()
  expect(shown).toMatch(message)
  expect(shown).toMatch(new RegExp(`:${line ?? '\\d+'}:\\d+`))
  expect(shown).not.toContain('more in Problems')
  expect(await onScreen()).toEqual(before)
  await bench.banner.getByRole('button', { name: 'Dismiss' }).click()
  await bench.banner.waitFor({ state: 'detached' })
})

test('a file that is gone by the time it is read is told, and nothing else changes', async () => {
  const before = await onScreen()
  await answerOpen(lab.app, join(lab.folder, 'gone.lab.yaml'))
  await lab.page.keyboard.press('Control+o')
  await lab.page.getByText(/ENOENT/).first().waitFor()
  expect(await onScreen()).toEqual(before)
})
