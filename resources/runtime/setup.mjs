import { isStartedWith } from './checkout.mjs'
import { ensureElectron } from './electron-runtime.mjs'
import { ensureNpmDependencies } from './npm-dependencies.mjs'
import { exitWith, tell } from './setup-failure.mjs'
import { ensureSystemPackages } from './system-packages.mjs'

/**
 * Makes a fresh clone able to run the app and its tests; does nothing when everything is there.
 * @param {{ refresh?: boolean }} [options]
 */
export async function setUp(options) {
  await ensureNpmDependencies()
  await ensureSystemPackages()
  const runtime = await ensureElectron(options)
  tell(`Electron ${runtime.version} (${runtime.why})`)
  return runtime
}

if (isStartedWith(import.meta.url)) {
  await exitWith(async () => {
    if (process.argv.includes('--npm-only')) await ensureNpmDependencies()
    else await setUp({ refresh: process.argv.includes('--refresh') })
    return 0
  })
}
