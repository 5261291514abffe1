import { existsSync, mkdirSync, utimesSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { expect, test } from 'vitest'
import { withLock } from '../../../resources/runtime/lock.mjs'
import { temporaryFolder } from './temporary-folder'

test('two holders take turns', async () => {
  const path = join(temporaryFolder(), 'some.lock')
  const order: string[] = []
  const hold = (name: string): Promise<void> => withLock(path, async () => {
    order.push(`${name} in`)
    await sleep(20)
    order.push(`${name} out`)
  })
  await Promise.all([hold('a'), hold('b')])
  expect(order).toEqual(['a in', 'a out', 'b in', 'b out'])
})

test('a holder that fails lets go', async () => {
  const path = join(temporaryFolder(), 'some.lock')
  await expect(withLock(path, () => Promise.reject(new Error('disk full')))).rejects.toThrow('disk full')
  expect(existsSync(path)).toBe(false)
})

test('a lock left over from a killed process is taken', async () => {
  const path = join(temporaryFolder(), 'some.lock')
  mkdirSync(path)
  const elevenMinutesAgo = Date.now() / 1000 - 660
  utimesSync(path, elevenMinutesAgo, elevenMinutesAgo)
  expect(await withLock(path, () => Promise.resolve('done'))).toBe('done')
})
