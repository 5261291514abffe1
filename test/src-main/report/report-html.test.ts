import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import type { RunViolation } from '@shared/trace/run-description'
import { EVENT_ROWS_MAX, reportDocument } from '../../../src-main/report/report-document'
import { reportHtml } from '../../../src-main/report/report-html'
import { REPORT_STYLE } from '../../../src-main/report/report-style'
import { root } from '../../house/sources'
import { bundledLabs } from '../../support/bundled-labs'
import { recorded } from '../../support/recorded-run'
import { LAB, reportByHand } from '../../support/report-by-hand'

const violation: RunViolation = {
  id: 'L2', class: 'liveness', sentence: 'No operation waits for a user-controlled hold.', step: 3, timeNs: 2200,
  chain: ['ftruncate F to 0 B by admin waits', 'MR m1 holds F:1', 'never released'], assumed: true
}

test('the same run gives the same file, byte for byte', () => {
  expect(reportHtml(reportByHand())).toBe(reportHtml(reportByHand()))
})

test('a report needs nothing else: no script, no link, nothing fetched', () => {
  const html = reportHtml(reportByHand())
  expect(html).not.toMatch(/<script|<link|<img|<iframe|@import|src=|href=|https?:/)
  expect([...html.matchAll(/url\(([^)]*)\)/g)].map((found) => found[1])).toEqual(expect.arrayContaining(['#p-dma']))
  expect([...html.matchAll(/url\((?!#)[^)]*\)/g)]).toEqual([])
})

test('names from a lab stay text', () => {
  const evil = '"><script>alert(1)</script>\u0007'
  const nodes = { ...LAB.topology.nodes, [evil]: { kind: evil, label: evil, size: evil } }
  const html = reportHtml(reportByHand(8, { lab: evil, policy: evil }, { ...LAB, title: evil, notes: evil, topology: { ...LAB.topology, nodes } }))
  expect(html).not.toContain('<script')
  expect(html).not.toContain('\u0007')
  expect(html).toContain('&lt;script&gt;alert(1)&lt;/script&gt;')
})

describe('what a reader finds', () => {
  test('the verdict and the whole chain of a violation, marked as assumed', () => {
    const html = reportHtml(reportByHand(8, { violations: [violation] }))
    expect(html).toContain('L2 violated: No operation waits for a user-controlled hold.')
    for (const line of violation.chain) expect(html).toContain(`<li>${line}</li>`)
    expect(html).toContain('assumed')
  })

  test('an unmet expectation is the verdict where no invariant broke', () => {
    const { verdict, headline } = reportDocument(reportByHand(8, { expectations: [{ text: 'admin.1 returns 0', holds: 'this-run', schedule: null, ok: false, reason: 'it returned EINTR' }] }))
    expect([verdict, headline]).toEqual(['expectation', 'One expectation was not met.'])
  })

  test('a run that hit its bound is not complete, and never said to hold', () => {
    expect(reportDocument(reportByHand(8, { end: 'bound' }))).toMatchObject({ verdict: 'not-complete', headline: 'Not complete: no invariant was violated before the bound.' })
  })

  test('the command that shows the run again, quoted for a shell', () => {
    expect(reportDocument(reportByHand()).command).toBe('npm run -s pinlab -- run truncate-short-pin.lab.yaml --policy "linux-6.12" --seed 1')
    expect(reportDocument(reportByHand(8, { lab: 'my lab.lab.yaml', schedule: 'app $x', policy: 'a"b' })).command)
      .toBe('npm run -s pinlab -- run "my lab.lab.yaml" --policy "a\\"b" --seed 1 --schedule "app \\$x"')
  })

  test('why an operation still waits, unless a violation has told it', () => {
    const [running] = reportByHand(4).summary.operations
    const operations = [{ ...running!, state: 'running' as const, blockedOn: 'page F:1' }]
    const [told] = reportDocument(reportByHand(4, { operations })).blocked
    expect(told?.links.at(-1)).toBe('released when nvme0 completes app.1')
    expect(reportDocument(reportByHand(4, { operations, violations: [{ ...violation, chain: [told!.links[0]!] }] })).blocked).toEqual([])
  })

  test('watched pages with counts that add up', () => {
    const [page] = reportDocument(reportByHand(4)).watched
    expect(page).toMatchObject({ name: 'F:1', state: 'short-pin', refs: 1025, agrees: true })
    expect(reportHtml(reportByHand(4))).toContain('1 (idle FS_DAX page) + 1024 (short-term pin of O_DIRECT request of app.1)')
  })
})

test('events beyond the limit are counted, not shown', () => {
  const input = reportByHand()
  const many = { ...input, trace: Object.assign(Object.create(Object.getPrototypeOf(input.trace) as object) as typeof input.trace, input.trace, {
    *events() { for (let nth = 0; nth < EVENT_ROWS_MAX + 7; nth++) yield { kind: 'log-committed' as const, args: [0], step: 0 } }
  }) }
  const { events, eventsLeftOut } = reportDocument(many)
  expect([events.length, eventsLeftOut]).toEqual([EVENT_ROWS_MAX, 7])
  expect(reportHtml(many)).toContain('7 more are left out here and stand in the trace')
})

test('a page state has the colour that it has in the app', () => {
  const tokens = readFileSync(join(root, 'src-renderer', 'design', 'tokens.css'), 'utf8')
  const inReport = new Set([...REPORT_STYLE.matchAll(/(--[\w-]+):([^;}]+)/g)].map((found) => `${found[1]!}: ${found[2]!}`))
  const states = [...tokens.matchAll(/(--state-[\w-]+): ([^;]+);/g)].map((found) => `${found[1]!}: ${found[2]!}`)
  expect(states.length).toBeGreaterThan(20)
  expect(states.filter((colour) => !inReport.has(colour))).toEqual([])
})

test.each(bundledLabs())('the report of $name is well formed', ({ name, lab }) => {
  const { trace, run, summary } = recorded(lab, `${name}.lab.yaml`)
  const html = reportHtml({ lab, trace, description: run, summary, version: '0.1.0' })
  expect(unbalanced(html.replace(/<style>.*<\/style>/s, ''))).toEqual([])
  expect(html).not.toMatch(/undefined|NaN|\[object/)
})

/** Tags that close what is not open, and those that nobody closes. */
function unbalanced(html: string): readonly string[] {
  const open: string[] = []
  for (const [, slash, name, rest] of html.matchAll(/<(\/?)([a-z]\w*)((?:[^>"]|"[^"]*")*)>/g)) {
    if (name === 'meta' || rest?.endsWith('/') === true) continue
    if (slash === '') open.push(name!)
    else if (open.pop() !== name) return [...open, `</${name!}>`]
  }
  return open
}
