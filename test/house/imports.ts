import { isBuiltin } from 'node:module'
import { posix } from 'node:path'
import ts from 'typescript'
import type { Row } from './may-import'
import { type Source, everyNode, lineOf } from './sources'

export interface Import {
  readonly from: string
  readonly line: number
  readonly specifier: string
  /** A path inside the checkout as the importer names it, or the name of an npm package, or 'node'. */
  readonly target: string
  /** The file meant, if it is one of ours. */
  readonly file: string | undefined
}

export function importsOf(source: Source, files: ReadonlySet<string>): Import[] {
  const found: Import[] = []
  everyNode(source.tree, (node) => {
    const specifier = specifierOf(node)
    if (specifier === undefined) return
    const target = targetOf(source.path, specifier.text)
    found.push({ from: source.path, line: lineOf(source, node.getStart()), specifier: specifier.text, target, file: fileOf(target, files) })
  })
  return found
}

function specifierOf(node: ts.Node): ts.StringLiteralLike | undefined {
  const named =
    ts.isImportDeclaration(node) || ts.isExportDeclaration(node) ? node.moduleSpecifier
    : ts.isCallExpression(node) && node.expression.kind === ts.SyntaxKind.ImportKeyword ? node.arguments[0]
    : ts.isImportTypeNode(node) && ts.isLiteralTypeNode(node.argument) ? node.argument.literal
    : undefined
  return named !== undefined && ts.isStringLiteralLike(named) ? named : undefined
}

function targetOf(importer: string, specifier: string): string {
  const name = specifier.replace(/\?.*$/, '')
  if (name.startsWith('@shared/')) return `src-shared/${name.slice('@shared/'.length)}`
  if (name.startsWith('.')) return posix.join(posix.dirname(importer), name)
  if (isBuiltin(name)) return 'node'
  return name.split('/').slice(0, name.startsWith('@') ? 2 : 1).join('/')
}

function fileOf(target: string, files: ReadonlySet<string>): string | undefined {
  return ['', '.ts', '.vue', '.mjs', '.d.ts'].map((ending) => target + ending).find((path) => files.has(path))
}

export const withoutEnding = (path: string): string => path.replace(/(\.d)?\.(ts|mjs|vue)$/, '')

const isWithin = (path: string, place: string): boolean => path === place || path.startsWith(`${place}/`)

export function rowFor(path: string, rows: readonly Row[]): Row | undefined {
  return rows
    .filter(({ place }) => isWithin(withoutEnding(path), place))
    .reduce<Row | undefined>((best, row) => (best === undefined || row.place.length > best.place.length ? row : best), undefined)
}

export function isAllowed({ target }: Import, row: Row): boolean {
  const place = withoutEnding(target)
  if (row.notItself === undefined && isWithin(place, row.place)) return true
  return row.may.some((allowed) => allowed === 'anything' || isWithin(place, allowed))
}
