import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { at } from '../../resources/runtime/checkout.mjs'

// A part is a file in parts/ that exports `title` and `run`, which resolves to the number of failures.
const folder = at('test', 'long', 'parts')
const usageError = 2
const parts = readdirSync(folder).filter((name) => name.endsWith('.mjs')).map((name) => name.slice(0, -'.mjs'.length)).sort()
const wanted = process.argv[2]

if (wanted !== undefined && parts.includes(wanted)) {
  /** @type {{ title: string, run: () => Promise<number> }} */
  const part = await import(pathToFileURL(join(folder, `${wanted}.mjs`)).href)
  process.stdout.write(`${part.title}\n`)
  process.exitCode = await part.run() === 0 ? 0 : 1
} else {
  if (wanted !== undefined) process.stderr.write(`There is no long test called ${wanted}.\n`)
  process.stderr.write(`Usage: npm run test:long -- PART\nParts: ${parts.join(', ') || 'none yet'}\n`)
  process.exitCode = usageError
}
