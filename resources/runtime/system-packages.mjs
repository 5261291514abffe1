import { execFileSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { delimiter, join } from 'node:path'
import { hasDisplay } from './display.mjs'
import { runProgram } from './run-program.mjs'
import { SetupFailure, exitCode, tell } from './setup-failure.mjs'

/**
 * @typedef {object} SystemNeed
 * @property {string} [library]
 * @property {string} [program]
 * @property {string[]} packages Debian's names, the newer release's name last
 */

/** @type {SystemNeed[]} */
const libraries = [
  { library: 'libgtk-3.so.0', packages: ['libgtk-3-0', 'libgtk-3-0t64'] },
  { library: 'libnss3.so', packages: ['libnss3'] },
  { library: 'libasound.so.2', packages: ['libasound2', 'libasound2t64'] },
  { library: 'libgbm.so.1', packages: ['libgbm1'] },
  { library: 'libXss.so.1', packages: ['libxss1'] },
  { library: 'libnotify.so.4', packages: ['libnotify4'] }
]

/** @type {SystemNeed[]} */
const virtualDisplay = [
  { program: 'Xvfb', packages: ['xvfb'] },
  { program: 'xauth', packages: ['xauth'] }
]

/** Electron's system libraries on Linux, and a virtual display where there is no real one. */
export async function ensureSystemPackages() {
  if (process.platform !== 'linux') return
  const missing = findMissing()
  if (missing.length === 0) return
  const names = missing.map(({ library, program }) => library ?? program).join(', ')
  if (!findProgram('apt-get')) throw new SetupFailure(`Electron needs ${names}, which this system lacks. Install them with its package manager and run the command again.`, exitCode.cannotHere)
  const asRoot = process.getuid?.() === 0
  if (asRoot) {
    tell(`Installing system packages for ${names}`)
    // A failure of this step is not final: the lists on the disk may do.
    await apt('update', '-qq')
  }
  const wanted = missing.map(({ packages }) => nameInThisRelease(packages))
  if (!asRoot) throw new SetupFailure(`Electron needs ${names}, which this system lacks. Install them and run the command again:\n  sudo apt-get install -y ${wanted.join(' ')}`, exitCode.cannotHere)
  const code = await apt('install', '-y', '-qq', '--no-install-recommends', ...wanted)
  const still = findMissing()
  if (code !== 0 || still.length > 0) throw new SetupFailure(`apt-get could not install what Electron needs (exit code ${code}, message above). Try it yourself:\n  apt-get update && apt-get install -y ${wanted.join(' ')}`, exitCode.cannotHere)
}

function findMissing() {
  const known = knownLibraries()
  const missing = known === undefined ? [] : libraries.filter(({ library }) => !known.has(library ?? ''))
  return hasDisplay() ? missing : [...missing, ...virtualDisplay.filter(({ program }) => !findProgram(program ?? ''))]
}

/** @returns {Set<string> | undefined} undefined where the system keeps no such list */
function knownLibraries() {
  const ldconfig = findProgram('ldconfig')
  if (ldconfig === undefined) return undefined
  const lines = execFileSync(ldconfig, ['-p'], { encoding: 'utf8' }).split('\n')
  return new Set(lines.map((line) => line.trim().split(' ')[0] ?? ''))
}

/** @param {readonly string[]} names */
function nameInThisRelease(names) {
  const found = names.find((name) => /Candidate: (?!\(none\))/.test(execFileSync('apt-cache', ['policy', name], { encoding: 'utf8', env: { ...process.env, LC_ALL: 'C' } })))
  return found ?? names[0] ?? ''
}

/** @param {string[]} args */
async function apt(...args) {
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' }
  const { code } = await runProgram('apt-get', ['-o', 'DPkg::Lock::Timeout=120', ...args], { env })
  return code
}

/**
 * A normal user's PATH often lacks the system folders.
 * @param {string} name
 */
export function findProgram(name) {
  const folders = [...(process.env.PATH ?? '').split(delimiter), '/usr/sbin', '/sbin']
  return folders.filter((folder) => folder !== '').map((folder) => join(folder, name)).find((path) => existsSync(path))
}
