// Stands in for the default app that the fallback runtime lacks: `electron <folder or file>` loads it.
// An ES module with top-level await, because Electron then holds back `ready` until the app's own code has run.
import { existsSync, readFileSync } from 'node:fs'
import Module from 'node:module'
import { dirname, join, resolve } from 'node:path'
import { pathToFileURL } from 'node:url'
import { app } from 'electron'

function parse(args) {
  const preloads = []
  for (let i = 0; i < args.length; i++) {
    const arg = args[i]
    if (arg === '-v' || arg === '--version') return { answer: `v${process.versions.electron}` }
    if (arg === '-a' || arg === '--abi') return { answer: process.versions.modules }
    if (arg === '-r' || arg === '--require') preloads.push(args[++i])
    else if (!arg.startsWith('-')) return { preloads, target: resolve(arg) }
  }
  return { preloads }
}

async function load(target, preloads) {
  process.defaultApp = true
  const manifestPath = join(target, 'package.json')
  const isPackage = existsSync(manifestPath)
  if (isPackage) {
    const manifest = JSON.parse(readFileSync(manifestPath, 'utf8'))
    if (manifest.version) app.setVersion(manifest.version)
    if (manifest.productName || manifest.name) app.setName(manifest.productName || manifest.name)
    if (manifest.desktopName) app.setDesktopName(manifest.desktopName)
    else app.setDesktopName(`${app.name}.desktop`)
  }
  const entry = Module._resolveFilename(target, null, true)
  app.setAppPath(isPackage ? target : dirname(entry))
  for (const preload of preloads) Module._load(preload, undefined, true)
  await import(pathToFileURL(entry).href)
}

const { answer, preloads, target } = parse(process.argv.slice(1))
if (answer !== undefined) {
  process.stdout.write(`${answer}\n`)
  process.exit(0)
}
if (target === undefined) {
  process.stderr.write('Usage: electron [options] <folder with a package.json, or file>\n')
  process.exit(1)
}
try {
  await load(target, preloads)
} catch (error) {
  process.stderr.write(`Electron could not load ${target}\n${error instanceof Error ? error.stack : error}\n`)
  process.exit(1)
}
