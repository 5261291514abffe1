import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { launchElectron } from '../support/launch-electron'

let folder: string

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'pinlab-runtime-'))
  writeFileSync(join(folder, 'package.json'), JSON.stringify({ name: 'probe', productName: 'Probe', version: '1.2.3', main: 'main.mjs' }))
  // Electron refuses to register a scheme once it is ready, so this fails if the runtime does not wait for the app's code.
  writeFileSync(join(folder, 'main.mjs'), `
    import { BrowserWindow, app, protocol } from 'electron'
    protocol.registerSchemesAsPrivileged([{ scheme: 'probe', privileges: { standard: true } }])
    void app.whenReady().then(() => new BrowserWindow().loadURL('data:text/html,<title>up</title>'))
  `)
})

afterEach(() => {
  rmSync(folder, { recursive: true, force: true })
})

test('the Electron runtime loads an unpackaged app before it is ready, and Playwright can drive it', async () => {
  const app = await launchElectron(folder)
  try {
    const page = await app.firstWindow()
    await page.waitForLoadState()
    const facts = await app.evaluate(({ app: self }) => ({ name: self.name, version: self.getVersion(), isPackaged: self.isPackaged }))
    expect(facts).toEqual({ name: 'Probe', version: '1.2.3', isPackaged: false })
    expect(await page.title()).toBe('up')
  } finally {
    await app.close()
  }
})
