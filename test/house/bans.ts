import ts from 'typescript'
import { type Source, everyNode, lineOf } from './sources'

const longestFunction = 70
const longestFile = 300
const longestFileWithReason = 500

/** The clock, chance and the surroundings: none of them may decide anything in the simulator. */
const bannedMembers = new Set(['Date.now', 'performance.now', 'Math.random'])
const bannedObjects = new Set(['process', 'console'])
const bannedCalls = new Set(['setTimeout', 'setInterval', 'setImmediate', 'queueMicrotask', 'Date'])

export function impurities(source: Source): string[] {
  const found: string[] = []
  everyNode(source.tree, (node) => {
    const name = impurity(node)
    if (name !== undefined) found.push(`${source.path}:${lineOf(source, node.getStart())} uses ${name}`)
  })
  return found
}

function impurity(node: ts.Node): string | undefined {
  if (ts.isPropertyAccessExpression(node) && ts.isIdentifier(node.expression)) {
    const member = `${node.expression.text}.${node.name.text}`
    return bannedMembers.has(member) || bannedObjects.has(node.expression.text) ? member : undefined
  }
  if ((ts.isCallExpression(node) || ts.isNewExpression(node)) && ts.isIdentifier(node.expression)) {
    return bannedCalls.has(node.expression.text) ? `${node.expression.text}()` : undefined
  }
  return undefined
}

export function untypedPlaces(source: Source): string[] {
  const found: string[] = []
  everyNode(source.tree, (node) => {
    if (node.kind === ts.SyntaxKind.AnyKeyword) found.push(`${source.path}:${lineOf(source, node.getStart())} uses the type any`)
  })
  source.text.split('\n').forEach((line, i) => {
    if (/(\/\/|\*)\s*@ts-(ignore|nocheck)/.test(line)) found.push(`${source.path}:${i + 1} switches the type check off`)
  })
  return found
}

/** Lines that hold more than white space and comments. */
function codeLines(source: Source): Set<number> {
  const lines = new Set<number>()
  const within = (node: ts.Node): void => {
    for (const child of node.getChildren(source.tree)) {
      if (ts.isJSDoc(child) || child.kind === ts.SyntaxKind.EndOfFileToken) continue
      if (ts.isToken(child)) addLines(source, child, lines)
      else within(child)
    }
  }
  within(source.tree)
  return lines
}

function addLines(source: Source, token: ts.Node, lines: Set<number>): void {
  const last = lineOf(source, token.getEnd())
  for (let line = lineOf(source, token.getStart()); line <= last; line++) lines.add(line)
}

export function overlong(source: Source): string[] {
  const lines = codeLines(source)
  const found: string[] = []
  const limit = /\/\/ size: \S/.test(source.text) ? longestFileWithReason : longestFile
  if (lines.size > limit) found.push(`${source.path} has ${lines.size} lines of code, the limit is ${limit}`)
  everyNode(source.tree, (node) => {
    if (!ts.isFunctionLike(node) || isGroupOfTests(node)) return
    const first = lineOf(source, node.getStart())
    const last = lineOf(source, node.getEnd())
    const length = [...lines].filter((line) => line >= first && line <= last).length
    if (length > longestFunction) found.push(`${source.path}:${first} has a function of ${length} lines of code, the limit is ${longestFunction}`)
  })
  return found
}

const isGroupOfTests = (node: ts.Node): boolean => ts.isCallExpression(node.parent) && /^describe\b/.test(node.parent.expression.getText())
