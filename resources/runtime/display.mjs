import { execFileSync, spawn } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { once } from 'node:events'
import { SetupFailure, exitCode } from './setup-failure.mjs'

/**
 * @typedef {object} VirtualDisplay
 * @property {NodeJS.ProcessEnv} env what a program needs to draw on it
 * @property {() => Promise<void>} stop stop the programs that draw on it first
 */

const screen = '1600x1000x24'
const startTimeoutMs = 15_000

export function hasDisplay() {
  if (process.platform !== 'linux') return true
  return Boolean(process.env.DISPLAY || process.env.WAYLAND_DISPLAY)
}

/**
 * Starts an X server without a screen. The server itself picks a free display number, so that two of them cannot collide.
 * @returns {Promise<VirtualDisplay>}
 */
export async function startVirtualDisplay() {
  const folder = mkdtempSync(join(tmpdir(), 'pinlab-display-'))
  const authority = join(folder, 'authority')
  const cookie = randomBytes(16).toString('hex')
  // The server reads the cookie, whatever display the entry names; the clients' entry follows when the number is known.
  addCookie(authority, ':0', cookie)
  const server = spawn('Xvfb', ['-displayfd', '3', '-screen', '0', screen, '-nolisten', 'tcp', '-auth', authority], { stdio: ['ignore', 'ignore', 'pipe', 'pipe'] })
  const stopNow = () => {
    server.kill('SIGKILL')
  }
  process.once('exit', stopNow)
  const stop = async () => {
    process.off('exit', stopNow)
    if (server.exitCode === null && server.signalCode === null) {
      const ended = once(server, 'exit')
      server.kill('SIGTERM')
      await ended
    }
    rmSync(folder, { recursive: true, force: true })
  }
  try {
    const display = `:${await displayNumber(server)}`
    addCookie(authority, display, cookie)
    return { env: { DISPLAY: display, XAUTHORITY: authority }, stop }
  } catch (error) {
    await stop()
    throw error
  }
}

/**
 * @param {string} authority
 * @param {string} display
 * @param {string} cookie
 */
function addCookie(authority, display, cookie) {
  execFileSync('xauth', ['-q', '-f', authority, 'add', display, 'MIT-MAGIC-COOKIE-1', cookie], { stdio: ['ignore', 'ignore', 'ignore'] })
}

/**
 * @param {import('node:child_process').ChildProcess} server
 * @returns {Promise<string>}
 */
function displayNumber(server) {
  return new Promise((resolve, reject) => {
    let number = ''
    let complaint = ''
    /** @param {string} what */
    const fail = (what) => {
      clearTimeout(timer)
      reject(new SetupFailure(`The virtual display (Xvfb) ${what}. ${complaint.trim()}`.trim(), exitCode.cannotHere))
    }
    const timer = setTimeout(() => {
      fail(`did not come up within ${startTimeoutMs / 1000} s`)
    }, startTimeoutMs)
    const pipe = /** @type {import('node:stream').Readable} */ (server.stdio[3])
    pipe.setEncoding('utf8').on('data', (/** @type {string} */ part) => {
      number += part
      if (!number.includes('\n')) return
      clearTimeout(timer)
      resolve(number.trim())
    })
    server.stderr?.setEncoding('utf8').on('data', (/** @type {string} */ part) => {
      complaint += part
    })
    server.once('error', (error) => {
      fail(`could not be started: ${error.message}`)
    })
    server.once('exit', (code) => {
      fail(`ended with exit code ${code ?? 'none'}`)
    })
  })
}
