import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, readFileSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { join, relative } from 'node:path'
import { at, isStartedWith, root } from './checkout.mjs'
import { withLock } from './lock.mjs'
import { ensureNpmDependencies } from './npm-dependencies.mjs'
import { runProgram } from './run-program.mjs'
import { SetupFailure, exitWith, tell } from './setup-failure.mjs'

const sources = ['electron.vite.config.ts', 'package.json', 'package-lock.json', 'tsconfig.json', 'src-main', 'src-renderer', 'src-shared', 'resources']
const products = ['main/main.js', 'main/engine-host.js', 'main/pinlab.js', 'preload/preload.cjs', 'renderer/index.html']

/**
 * @param {string} path
 * @returns {string[]} every file at or below it, in a fixed order
 */
function filesBelow(path) {
  const found = statSync(path, { throwIfNoEntry: false })
  if (found === undefined) return []
  if (!found.isDirectory()) return [path]
  return readdirSync(path).sort().flatMap((name) => filesBelow(join(path, name)))
}

/**
 * @param {string} folder
 * @returns {string} a hash over the names and contents of everything that goes into the build
 */
export function sourceHash(folder) {
  const hash = createHash('sha256')
  for (const path of sources.flatMap((source) => filesBelow(join(folder, source)))) {
    const content = readFileSync(path)
    hash.update(`${relative(folder, path)}\0${content.length}\0`).update(content)
  }
  return hash.digest('hex')
}

const stamp = at('out', 'build-sha256')

const isBuilt = () =>
  existsSync(stamp) && products.every((product) => existsSync(at('out', product))) && readFileSync(stamp, 'utf8') === sourceHash(root)

/** Builds the app and the command line into out/ when a source is newer than they are. Needs no Electron runtime. */
export async function ensureBuilt() {
  if (isBuilt()) return
  await withLock(at('out', 'locks', 'build'), async () => {
    if (isBuilt()) return
    tell('Building')
    const hash = sourceHash(root)
    rmSync(stamp, { force: true })
    const { code } = await runProgram(process.execPath, [at('node_modules', 'electron-vite', 'bin', 'electron-vite.js'), 'build', '--logLevel', 'warn'])
    if (code !== 0) throw new SetupFailure(`The build failed with exit code ${code}; electron-vite's message is above.`)
    mkdirSync(at('out'), { recursive: true })
    writeFileSync(stamp, hash)
  })
}

if (isStartedWith(import.meta.url)) {
  await exitWith(async () => {
    await ensureNpmDependencies()
    await ensureBuilt()
    return 0
  })
}
