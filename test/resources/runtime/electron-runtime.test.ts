import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, expect, test, vi } from 'vitest'
import { findElectron } from '../../../resources/runtime/electron-runtime.mjs'
import { fallback, findFallback } from '../../../resources/runtime/fallback-runtime.mjs'
import { temporaryFolder } from './temporary-folder'

afterEach(() => {
  vi.unstubAllEnvs()
})

test('an executable given by the user comes before everything else', () => {
  vi.stubEnv('ELECTRON_EXEC_PATH', process.execPath)
  vi.stubEnv('ELECTRON_OVERRIDE_DIST_PATH', temporaryFolder())
  expect(findElectron()).toMatchObject({ executable: process.execPath, why: 'given by ELECTRON_EXEC_PATH' })
})

test('a given executable that cannot be executed is an error, not a reason to take another', () => {
  const folder = temporaryFolder()
  vi.stubEnv('ELECTRON_EXEC_PATH', '')
  vi.stubEnv('ELECTRON_OVERRIDE_DIST_PATH', folder)
  expect(() => findElectron()).toThrow('ELECTRON_OVERRIDE_DIST_PATH names')
})

test('the fallback counts as there only with its stamp, which is written last', ({ skip }) => {
  skip(process.platform !== 'linux' || process.arch !== 'x64', 'the fallback exists for Linux on x64 only')
  const cache = temporaryFolder()
  const home = join(cache, `${fallback.electronVersion}-linux-x64`)
  vi.stubEnv('PINLAB_RUNTIME_CACHE', cache)
  mkdirSync(home)
  writeFileSync(join(home, 'electron'), '')
  expect(findFallback()).toBeUndefined()
  writeFileSync(join(home, 'complete'), '')
  expect(findFallback()).toBe(join(home, 'electron'))
})
