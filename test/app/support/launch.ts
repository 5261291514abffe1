import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { ElectronApplication, Page } from 'playwright-core'
import { launchElectron } from '../../support/launch-electron'

export interface LaunchedApp {
  readonly app: ElectronApplication
  readonly page: Page
  /** A folder of this start's own, gone after {@link LaunchedApp.close}. */
  readonly folder: string
  /** Ends the app without asking about unsaved changes. */
  close(): Promise<void>
}

/** Whatever a person does shows within this time, or not at all. */
const ACTION_TIMEOUT_MS = 10_000

/** Starts the built app with a fresh profile, so that nothing remembered by another start shows. */
export async function launchApp(...args: string[]): Promise<LaunchedApp> {
  const folder = mkdtempSync(join(tmpdir(), 'pinlab-app-'))
  const app = await launchElectron(`--user-data-dir=${join(folder, 'profile')}`, '.', ...args)
  const page = await app.firstWindow()
  page.setDefaultTimeout(ACTION_TIMEOUT_MS)
  await page.waitForLoadState()
  const close = async (): Promise<void> => {
    await app.evaluate(({ app: self }) => self.exit(0)).catch(ignoreClosed)
    await app.close()
    rmSync(folder, { recursive: true, force: true })
  }
  return { app, page, folder, close }
}

/** The app may be gone before its answer is on the way. */
function ignoreClosed(error: unknown): void {
  if (!/closed|destroyed/.test(String(error))) throw error
}
