import { realpathSync } from 'node:fs'
import { dirname, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'

const [major = 0, minor = 0] = process.versions.node.split('.').map(Number)
if (major < 20 || (major === 20 && minor < 19)) {
  process.stderr.write(`PinLab needs Node.js 20.19 or newer, this is ${process.versions.node}. Install a newer Node.js and run the command again.\n`)
  process.exit(4)
}

// import.meta.dirname does not exist in the old versions that have to be told above.
export const root = resolve(dirname(fileURLToPath(import.meta.url)), '..', '..')

/** @param {string[]} parts */
export const at = (...parts) => resolve(root, ...parts)

/**
 * Whether Node was started with this module; the path it was given may go through a symbolic link.
 * @param {string} url
 */
export const isStartedWith = (url) => process.argv[1] !== undefined && realpathSync(process.argv[1]) === fileURLToPath(url)
