import { existsSync } from 'node:fs'
import { join, posix } from 'node:path'
import ts from 'typescript'
import { test } from 'vitest'
import { impurities, overlong, untypedPlaces } from './bans'
import { importsOf, isAllowed, rowFor } from './imports'
import { entries, mayImport } from './may-import'
import { allFiles, everyNode, lineOf, programSources, root, textOf } from './sources'

const files = allFiles()
const known = new Set(files)
const sources = programSources(files)
const imports = sources.flatMap((source) => importsOf(source, known))
const pureSources = sources.filter(({ path }) => path.startsWith('src-main/sim/') || path.startsWith('src-shared/'))

function expectNone(violations: readonly string[]): void {
  if (violations.length > 0) throw new Error(`${violations.length} found:\n${violations.map((line) => `  ${line}`).join('\n')}`)
}

test('every folder has a row in may-import.ts', () => {
  expectNone(sources.filter(({ path }) => rowFor(path, mayImport) === undefined).map(({ path }) => `${path} is in no row`))
})

test('nobody imports what its row does not allow', () => {
  const forbidden = imports.filter((found) => {
    const row = rowFor(found.from, mayImport)
    return row !== undefined && !isAllowed(found, row)
  })
  expectNone(forbidden.map(({ from, line, specifier }) => `${from}:${line} must not import ${specifier}`))
})

test('the simulator and the shared words use no clock, no chance and no surroundings', () => {
  expectNone(pureSources.flatMap(impurities))
})

test('nothing is of type any and no type check is switched off', () => {
  expectNone(sources.flatMap(untypedPlaces))
})

test('there are no barrel files', () => {
  expectNone(files.filter((path) => /(^|\/)index\.(ts|mjs)$/.test(path)))
})

test('functions and files keep to their length', () => {
  expectNone(sources.flatMap(overlong))
})

test('every file is imported, and one of the product by another than a test', () => {
  const scripts = Object.values((JSON.parse(textOf('package.json')) as { scripts: Record<string, string> }).scripts).join(' ')
  const isStarted = (path: string): boolean =>
    entries.includes(path) || path.endsWith('.test.ts') || path.endsWith('.d.ts') || path.startsWith('test/long/parts/') || scripts.split(' ').includes(path)
  const isUsed = (path: string): boolean => imports.some(({ file, from }) => file === path && from !== path && (path.startsWith('test/') || !from.startsWith('test/')))
  expectNone(sources.map(({ path }) => path).filter((path) => !isStarted(path) && !isUsed(path)))
})

test('documents name only files that are there', () => {
  expectNone(files.filter((path) => path.endsWith('.md')).flatMap((document) => {
    const text = textOf(document).replace(/```.*?```/gs, '')
    const links = [...text.matchAll(/\]\(([^)#\s]+)[^)]*\)/g)].map((match) => match[1] ?? '').filter((link) => !/^[a-z]+:/.test(link))
    const linked = links.map((link) => posix.join(posix.dirname(document), decodeURI(link)))
    const named = [...text.matchAll(/`((?:src-main|src-renderer|src-shared|resources|test)\/[\w./@-]+)`/g)].map((match) => match[1] ?? '')
    return [...linked, ...named].filter((path) => !existsSync(join(root, path))).map((path) => `${document} names ${path}`)
  }))
})

test('mechanisms do not know the variants of a policy', () => {
  // `none` is a variant of several axes and also the ordinary word for an absent thing.
  const variants = new Set(files.map((path) => /^src-main\/sim\/policies\/[^/]+\/(.+)\.ts$/.exec(path)?.[1]).filter((id) => id !== undefined && id !== 'none'))
  const found: string[] = []
  for (const source of sources.filter(({ path }) => path.startsWith('src-main/sim/mechanisms/'))) {
    everyNode(source.tree, (node) => {
      if (ts.isStringLiteralLike(node) && variants.has(node.text)) found.push(`${source.path}:${lineOf(source, node.getStart())} names the variant ${node.text}`)
    })
  }
  expectNone(found)
})

test('nothing names a place on some machine or a package host', () => {
  const place = /(^|[\s"'`(=])\/(work|root|home|Users)\/|\bregistry\.(npmjs|yarnpkg|npmmirror)\b/
  const binary = /\.(png|ico|icns|woff2?|gz|zip)$/
  expectNone(files.filter((path) => !binary.test(path)).flatMap((path) =>
    textOf(path).split('\n').flatMap((line, i) => (place.test(line) ? [`${path}:${i + 1}`] : []))
  ))
})
