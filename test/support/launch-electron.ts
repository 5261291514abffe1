import { type ElectronApplication, _electron as electron } from 'playwright-core'
import { at } from '../../resources/runtime/checkout.mjs'
import { sandboxArguments } from '../../resources/runtime/electron-runtime.mjs'

// Shorter than the tests' own limit, so that Playwright ends what it started.
const launchTimeoutMs = 60_000

/** Starts Electron under Playwright on the runtime and the display that electron-on-display.ts provided. */
export function launchElectron(...args: string[]): Promise<ElectronApplication> {
  const executablePath = process.env.ELECTRON_EXEC_PATH
  if (executablePath === undefined) throw new Error('No Electron runtime in the environment: tests that start Electron belong below test/app/.')
  return electron.launch({ executablePath, cwd: at(), timeout: launchTimeoutMs, args: [...sandboxArguments(), ...args] })
}
