import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { isInstalled, lockHash, stampOf } from '../../../resources/runtime/npm-dependencies.mjs'
import { temporaryFolder } from './temporary-folder'

function checkout(): string {
  const folder = temporaryFolder()
  mkdirSync(join(folder, 'node_modules'))
  writeFileSync(join(folder, 'package-lock.json'), '{"lockfileVersion":3}')
  return folder
}

test('packages without a stamp do not count as installed: the install may have been cut short', () => {
  expect(isInstalled(checkout())).toBe(false)
})

test('packages count as installed until the lock file changes', () => {
  const folder = checkout()
  writeFileSync(stampOf(folder), lockHash(folder))
  expect(isInstalled(folder)).toBe(true)
  writeFileSync(join(folder, 'package-lock.json'), '{"lockfileVersion":4}')
  expect(isInstalled(folder)).toBe(false)
})
