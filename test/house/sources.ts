import { readFileSync, readdirSync } from 'node:fs'
import { join, resolve } from 'node:path'
import ts from 'typescript'
import { parse as parseComponent } from 'vue/compiler-sfc'

export const root = resolve(import.meta.dirname, '..', '..')

const notOurs = new Set(['.git', 'node_modules', 'out', 'coverage'])

/** A program file, or the script of a component, with line numbers of the whole file. */
export interface Source {
  readonly path: string
  readonly text: string
  readonly tree: ts.SourceFile
}

/** Paths of all files of the checkout, relative to it, with forward slashes, in a fixed order. */
export function allFiles(folder = ''): string[] {
  return readdirSync(join(root, folder), { withFileTypes: true })
    .filter((entry) => !notOurs.has(entry.name))
    .sort((a, b) => (a.name < b.name ? -1 : 1))
    .flatMap((entry) => {
      const path = folder === '' ? entry.name : `${folder}/${entry.name}`
      return entry.isDirectory() ? allFiles(path) : [path]
    })
}

export const textOf = (path: string): string => readFileSync(join(root, path), 'utf8')

export function programSources(files: readonly string[]): Source[] {
  return files.filter((path) => /\.(ts|mjs|vue)$/.test(path)).map((path) => {
    const text = path.endsWith('.vue') ? scriptOf(textOf(path)) : textOf(path)
    return { path, text, tree: ts.createSourceFile(path, text, ts.ScriptTarget.Latest, true, ts.ScriptKind.TS) }
  })
}

/** The rest of a component becomes empty lines, so that line numbers stay. */
function scriptOf(component: string): string {
  const { scriptSetup, script } = parseComponent(component).descriptor
  const kept = [script, scriptSetup].filter((block) => block !== null)
  const lines = component.split('\n').map(() => '')
  for (const { content, loc } of kept) {
    content.split('\n').forEach((line, i) => {
      lines[loc.start.line - 1 + i] = line
    })
  }
  return lines.join('\n')
}

export function lineOf({ tree }: Source, position: number): number {
  return tree.getLineAndCharacterOfPosition(position).line + 1
}

export function everyNode(node: ts.Node, visit: (node: ts.Node) => void): void {
  visit(node)
  node.forEachChild((child) => everyNode(child, visit))
}
