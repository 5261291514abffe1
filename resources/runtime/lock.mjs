import { mkdirSync, rmSync, statSync, utimesSync } from 'node:fs'
import { dirname } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { tell } from './setup-failure.mjs'

const staleMs = 600_000
const refreshMs = 60_000
const pollMs = 200

/**
 * Runs `work` while holding the folder `path`, which only one process can make. A lock that nobody refreshed for ten minutes is left over from a killed process.
 * @template T
 * @param {string} path
 * @param {() => Promise<T>} work
 * @returns {Promise<T>}
 */
export async function withLock(path, work) {
  mkdirSync(dirname(path), { recursive: true })
  let told = false
  while (!take(path)) {
    if (isStale(path)) {
      rmSync(path, { recursive: true, force: true })
      continue
    }
    if (!told) tell(`Waiting for another process that holds ${path}`)
    told = true
    await sleep(pollMs)
  }
  const alive = setInterval(() => {
    utimesSync(path, new Date(), new Date())
  }, refreshMs)
  try {
    return await work()
  } finally {
    clearInterval(alive)
    rmSync(path, { recursive: true, force: true })
  }
}

/** @param {string} path */
function take(path) {
  try {
    mkdirSync(path)
    return true
  } catch (error) {
    if (codeOf(error) === 'EEXIST') return false
    throw error
  }
}

/** @param {string} path */
function isStale(path) {
  const found = statSync(path, { throwIfNoEntry: false })
  return found !== undefined && Date.now() - found.mtimeMs > staleMs
}

/** @param {unknown} error */
function codeOf(error) {
  return error instanceof Error && 'code' in error ? error.code : undefined
}
