import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { fileOfLab } from './support/bundled-labs'
import { type ClosingAnswer, answerClosing, answerSave } from './support/dialogs'
import { type LaunchedApp, launchApp } from './support/launch'
import { Workbench } from './support/workbench'

let lab: LaunchedApp
let bench: Workbench

beforeEach(async () => {
  lab = await launchApp(`--lab=${fileOfLab('scenarios/truncate-under-short-dio-pin')}`)
  bench = new Workbench(lab.page)
  await bench.card('cpu0').waitFor()
})

afterEach(async () => {
  await lab.close()
})

async function makeDirty(): Promise<void> {
  await lab.page.getByRole('button', { name: 'NIC', exact: true }).click()
  await bench.status.getByText('not saved').waitFor()
}

const closeWindow = (): Promise<void> => lab.app.evaluate(({ BrowserWindow }) => {
  BrowserWindow.getAllWindows()[0]?.close()
})

const isOpen = (): Promise<boolean> => lab.app.evaluate(({ BrowserWindow }) => BrowserWindow.getAllWindows().length > 0)

/** Runs the click of a menu item, which is what its accelerator and the mouse do. */
const chooseMenu = (id: string): Promise<boolean> => lab.app.evaluate(({ Menu }, itemId) => {
  const item = Menu.getApplicationMenu()?.getMenuItemById(itemId)
  item?.click()
  return item !== null && item !== undefined
}, id)

test('a lab that the command line names opens, and its menu acts on the window', async () => {
  expect(await bench.header.innerText()).toContain('truncate-under-short-dio-pin')
  await makeDirty()
  expect(await chooseMenu('undo')).toBe(true)
  await bench.card('nic0').waitFor({ state: 'detached' })
  expect(await chooseMenu('redo')).toBe(true)
  await bench.card('nic0').waitFor()
})

test('About names the runtime', async () => {
  const shown = await lab.app.evaluate(({ dialog, Menu }) => new Promise<string>((resolve) => {
    dialog.showMessageBox = (...given: readonly unknown[]) => {
      const { detail } = given.at(-1) as { detail?: string }
      resolve(detail ?? '')
      return Promise.resolve({ response: 0, checkboxChecked: false })
    }
    Menu.getApplicationMenu()?.getMenuItemById('about')?.click()
  }))
  const version = await lab.app.evaluate(() => process.versions.electron)
  expect(shown).toContain(`Electron ${version}`)
  expect(shown.includes('restricted-network test runtime')).toBe(version.startsWith('33.'))
})

test('a window without changes closes unasked', async () => {
  const question = await answerClosing(lab.app, 'cancel')
  expect(await question.asked()).toBe(0)
  const gone = lab.app.waitForEvent('close')
  await closeWindow().catch(() => undefined)
  await gone
})

test('a window with changes asks, and stays when the person cancels', async () => {
  await makeDirty()
  const question = await answerClosing(lab.app, 'cancel')
  await closeWindow()
  await expect.poll(() => question.asked()).toBe(1)
  expect(await isOpen()).toBe(true)
  await bench.card('nic0').waitFor()
})

test.each<[ClosingAnswer, boolean]>([['save', true], ['discard', false]])('a window with changes closes on "%s"', async (answer, isWritten) => {
  const own = join(lab.folder, 'own.lab.yaml')
  await makeDirty()
  await answerSave(lab.app, own)
  await answerClosing(lab.app, answer)
  const gone = lab.app.waitForEvent('close')
  await closeWindow()
  await gone
  expect(existsSync(own) && readFileSync(own, 'utf8').includes('rdma-nic')).toBe(isWritten)
})

test('a window whose saving is given up stays open', async () => {
  await makeDirty()
  await answerSave(lab.app, null)
  const question = await answerClosing(lab.app, 'save')
  await closeWindow()
  await expect.poll(() => question.asked()).toBe(1)
  await bench.status.getByText('not saved').waitFor()
  expect(await isOpen()).toBe(true)
})

test('a file named on the command line is saved where it lies', async () => {
  const own = join(lab.folder, 'mine.lab.yaml')
  writeFileSync(own, readFileSync(fileOfLab('scenarios/truncate-under-short-dio-pin')))
  const second = await launchApp(`--lab=${own}`)
  try {
    const other = new Workbench(second.page)
    await other.card('cpu0').waitFor()
    await second.page.getByRole('button', { name: 'NIC', exact: true }).click()
    await second.page.keyboard.press('Control+s')
    await expect.poll(() => readFileSync(own, 'utf8')).toContain('rdma-nic')
  } finally {
    await second.close()
  }
})
