import { existsSync } from 'node:fs'
import { expect, test } from 'vitest'
import { startVirtualDisplay } from '../../../resources/runtime/display.mjs'
import { findProgram } from '../../../resources/runtime/system-packages.mjs'

const socketOf = (display: string | undefined): string => `/tmp/.X11-unix/X${display?.slice(1) ?? ''}`

test('two displays started at once get different numbers, and stopping one leaves the other', async ({ skip }) => {
  skip(process.platform !== 'linux' || findProgram('Xvfb') === undefined, 'virtual displays need Linux and Xvfb')
  const [first, second] = await Promise.all([startVirtualDisplay(), startVirtualDisplay()])
  expect(first.env.DISPLAY).not.toBe(second.env.DISPLAY)
  await first.stop()
  expect([first, second].map(({ env }) => existsSync(socketOf(env.DISPLAY)))).toEqual([false, true])
  await second.stop()
  expect(existsSync(second.env.XAUTHORITY ?? '')).toBe(false)
})
