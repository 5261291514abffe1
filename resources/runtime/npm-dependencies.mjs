import { createHash } from 'node:crypto'
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { root } from './checkout.mjs'
import { withLock } from './lock.mjs'
import { runProgram } from './run-program.mjs'
import { SetupFailure, tell } from './setup-failure.mjs'

/**
 * The stamp lies inside node_modules: `npm ci` removes it first, so an install that was cut short is never taken for a whole one.
 * @param {string} folder
 */
export const stampOf = (folder) => join(folder, 'node_modules', '.pinlab-lock-sha256')

/** @param {string} folder */
export const lockHash = (folder) => createHash('sha256').update(readFileSync(join(folder, 'package-lock.json'))).digest('hex')

/** @param {string} folder */
export function isInstalled(folder) {
  return existsSync(stampOf(folder)) && readFileSync(stampOf(folder), 'utf8') === lockHash(folder)
}

export async function ensureNpmDependencies() {
  if (isInstalled(root)) return
  await withLock(join(root, 'out', 'locks', 'npm-ci'), async () => {
    if (isInstalled(root)) return
    tell('Installing the npm packages of package-lock.json (npm ci, about half a minute)')
    const hash = lockHash(root)
    const { code } = await runNpm(['ci', '--no-audit', '--no-fund', '--loglevel=error'])
    if (code !== 0) throw new SetupFailure(`npm ci failed with exit code ${code} in ${root}; its message is above. Mend the cause (network, disk space) and run the command again.`)
    writeFileSync(stampOf(root), hash)
  })
}

/**
 * @param {readonly string[]} args
 * @returns {Promise<{ code: number, stdout: string, timedOut: boolean }>}
 */
export function runNpm(args) {
  const cli = process.env.npm_execpath
  // npx sets the variable to its own script.
  if (cli !== undefined && /npm-cli\.[cm]?js$/.test(cli)) return runProgram(process.execPath, [cli, ...args])
  const windows = process.platform === 'win32'
  return runProgram(windows ? 'npm.cmd' : 'npm', args, { shell: windows })
}
