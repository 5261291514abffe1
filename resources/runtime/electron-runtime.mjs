import { accessSync, constants, existsSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { at } from './checkout.mjs'
import { fallback, findFallback, isFallbackPlatform, provideFallback, remedies } from './fallback-runtime.mjs'
import { runProgram } from './run-program.mjs'
import { SetupFailure, exitCode, tell } from './setup-failure.mjs'

/**
 * @typedef {object} ElectronRuntime
 * @property {string} executable
 * @property {string} version
 * @property {string} why
 */

const downloadTimeoutMs = 600_000
const packageFolder = at('node_modules', 'electron')

/** The executable's place inside a folder of Electron's own release layout. */
const platformPath = () => process.platform === 'darwin' ? 'Electron.app/Contents/MacOS/Electron' : process.platform === 'win32' ? 'electron.exe' : 'electron'

/**
 * Finds a runtime that is there already: a few file look-ups, no download.
 * @param {{ acceptFallback?: boolean }} [options]
 * @returns {ElectronRuntime | undefined}
 */
export function findElectron({ acceptFallback = true } = {}) {
  const { ELECTRON_EXEC_PATH: executable, ELECTRON_OVERRIDE_DIST_PATH: dist } = process.env
  if (executable) return given(executable, 'ELECTRON_EXEC_PATH')
  if (dist) return given(join(dist, platformPath()), 'ELECTRON_OVERRIDE_DIST_PATH')
  const downloaded = findDownloaded()
  if (downloaded) return { executable: downloaded, version: packageVersion(), why: 'downloaded by the electron package' }
  const substitute = acceptFallback ? findFallback() : undefined
  return substitute === undefined ? undefined : { executable: substitute, version: fallback.electronVersion, why: 'restricted-network test runtime' }
}

/**
 * @param {{ refresh?: boolean }} [options] refresh: try the real runtime again although the fallback is there
 * @returns {Promise<ElectronRuntime>}
 */
export async function ensureElectron({ refresh = false } = {}) {
  const found = findElectron({ acceptFallback: !refresh })
  if (found) return found
  tell(`Fetching Electron ${packageVersion()}`)
  const { code } = await runProgram(process.execPath, [join(packageFolder, 'install.js')], { timeoutMs: downloadTimeoutMs })
  const downloaded = findDownloaded()
  if (code === 0 && downloaded) return { executable: downloaded, version: packageVersion(), why: 'downloaded just now' }
  if (!isFallbackPlatform()) throw new SetupFailure(`Electron ${packageVersion()} could not be downloaded, and there is no fallback for ${process.platform} ${process.arch}. ${remedies()}`, exitCode.cannotHere)
  tell(`Electron ${packageVersion()} cannot be downloaded here; using the fallback`)
  return { executable: await provideFallback(), version: fallback.electronVersion, why: 'restricted-network test runtime, set up just now' }
}

/**
 * What Playwright, electron-vite and plain `electron` need to use the same runtime.
 * @param {ElectronRuntime} runtime
 * @returns {NodeJS.ProcessEnv}
 */
export function electronEnvironment(runtime) {
  const major = runtime.version.split('.')[0]
  // Editors built on Electron set it in their terminals, and the app would start as plain Node.js.
  const { ELECTRON_RUN_AS_NODE: _asNode, ...inherited } = process.env
  return {
    ...inherited,
    ELECTRON_EXEC_PATH: runtime.executable,
    ELECTRON_OVERRIDE_DIST_PATH: runtime.executable.slice(0, -platformPath().length - 1),
    ...(major && /^\d+$/.test(major) ? { ELECTRON_MAJOR_VER: major } : {})
  }
}

/** Chromium refuses its sandbox to root. */
export const sandboxArguments = () => process.getuid?.() === 0 ? ['--no-sandbox'] : []

/**
 * @param {string} executable
 * @param {string} variable
 * @returns {ElectronRuntime}
 */
function given(executable, variable) {
  try {
    accessSync(executable, constants.X_OK)
  } catch (cause) {
    throw new SetupFailure(`${variable} names ${executable}, which cannot be executed (${cause instanceof Error ? cause.message : String(cause)}). Correct the variable or unset it.`, exitCode.cannotHere)
  }
  const versionFile = join(dirname(executable), 'version')
  const version = existsSync(versionFile) ? readFileSync(versionFile, 'utf8').trim().replace(/^v/, '') : 'of unknown version'
  return { executable, version, why: `given by ${variable}` }
}

/** The electron package's own idea of "installed". */
function findDownloaded() {
  const versionFile = join(packageFolder, 'dist', 'version')
  const pathFile = join(packageFolder, 'path.txt')
  if (!existsSync(versionFile) || !existsSync(pathFile)) return undefined
  if (readFileSync(versionFile, 'utf8').trim().replace(/^v/, '') !== packageVersion()) return undefined
  const executable = join(packageFolder, 'dist', readFileSync(pathFile, 'utf8').trim())
  return existsSync(executable) ? executable : undefined
}

function packageVersion() {
  const manifest = /** @type {{ version: string }} */ (JSON.parse(readFileSync(join(packageFolder, 'package.json'), 'utf8')))
  return manifest.version
}
