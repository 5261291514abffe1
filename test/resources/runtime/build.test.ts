import { mkdirSync, renameSync, utimesSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { sourceHash } from '../../../resources/runtime/build.mjs'
import { temporaryFolder } from './temporary-folder'

function checkout(): { folder: string; file: string } {
  const folder = temporaryFolder()
  mkdirSync(join(folder, 'src-main', 'app'), { recursive: true })
  const file = join(folder, 'src-main', 'app', 'main.ts')
  writeFileSync(file, 'export {}')
  return { folder, file }
}

test('a fresh clone of the same sources needs no other build: times do not count', () => {
  const { folder, file } = checkout()
  const before = sourceHash(folder)
  utimesSync(file, new Date(0), new Date(0))
  mkdirSync(join(folder, 'out'))
  writeFileSync(join(folder, 'out', 'product.js'), '')
  expect(sourceHash(folder)).toBe(before)
})

test('a changed, a renamed and a new source each need another build', () => {
  const { folder, file } = checkout()
  const hashes = [sourceHash(folder)]
  writeFileSync(file, 'export const a = 1')
  hashes.push(sourceHash(folder))
  renameSync(file, join(folder, 'src-main', 'app', 'other.ts'))
  hashes.push(sourceHash(folder))
  writeFileSync(file, '')
  hashes.push(sourceHash(folder))
  expect(new Set(hashes).size).toBe(4)
})
