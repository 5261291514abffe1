import { accessSync, constants, mkdirSync } from 'node:fs'
import { homedir } from 'node:os'
import { join } from 'node:path'
import { at } from './checkout.mjs'

/** Outside the checkout, so that it survives `npm ci` and clones share it. */
export function runtimeCache() {
  const { PINLAB_RUNTIME_CACHE: own, XDG_CACHE_HOME: xdg } = process.env
  if (own) return own
  const shared = join(xdg || join(homedir(), '.cache'), 'pinlab', 'electron')
  return isWritable(shared) ? shared : at('node_modules', '.cache', 'pinlab', 'electron')
}

/** @param {string} folder */
function isWritable(folder) {
  try {
    mkdirSync(folder, { recursive: true })
    accessSync(folder, constants.W_OK)
    return true
  } catch {
    return false
  }
}
