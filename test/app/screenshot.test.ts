import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { at } from '../../resources/runtime/checkout.mjs'
import { electronEnvironment, ensureElectron, sandboxArguments } from '../../resources/runtime/electron-runtime.mjs'
import { runProgram } from '../../resources/runtime/run-program.mjs'
import { fileOfLab } from './support/bundled-labs'

let folder: string

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'pinlab-screenshot-'))
})

afterAll(() => {
  rmSync(folder, { recursive: true, force: true })
})

const timeoutMs = 60_000

async function photograph(picture: string): Promise<number> {
  const runtime = await ensureElectron()
  const lab = `--lab=${fileOfLab('guided/truncate-vs-dma')}`
  const args = [...sandboxArguments(), `--user-data-dir=${join(folder, 'profile')}`, '.', lab, `--screenshot=${picture}`]
  const { code } = await runProgram(runtime.executable, args, { env: electronEnvironment(runtime), timeoutMs })
  return code
}

test('--screenshot writes a PNG of the window and ends', async () => {
  const picture = join(folder, 'lab.png')
  expect(await photograph(picture)).toBe(0)
  const png = readFileSync(picture)
  expect(png.subarray(1, 4).toString('latin1')).toBe('PNG')
  // Width and height of the picture; a window without its run and its answer compresses to less.
  expect([png.readUInt32BE(16) >= 1024, png.readUInt32BE(20) >= 600, png.length > 160_000]).toEqual([true, true, true])
})

test('the picture that the README shows is one of the first size of a window, and small', () => {
  const png = readFileSync(at('resources', 'screenshots', 'window-dark.png'))
  expect([png.readUInt32BE(16), png.readUInt32BE(20), png.length < 350_000]).toEqual([1440, 900, true])
})

test('a picture that cannot be written ends with exit code 1', async () => {
  expect(await photograph(join(folder, 'no', 'such', 'folder.png'))).toBe(1)
})
