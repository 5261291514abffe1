import { expect, test } from 'vitest'
import { TraceCursor } from '../../../src-shared/trace/cursor'
import { parseSelection } from '../../../src-shared/trace/selection'
import { why } from '../../../src-shared/trace/why'
import { PageHistory } from '../../../src-renderer/timeline/page-history'
import { bundledLab } from '../../support/bundled-labs'
import { run } from '../../support/run'

const { trace, description } = run(bundledLab('one-bio-many-owners').lab)

test('a page that only the page cache has is no ZONE_DEVICE page: nothing is said of their idle count', () => {
  const view = new TraceCursor(trace)
  view.seek(0)
  const found = parseSelection('page:F:0', description, view)
  if (!found.ok) throw new Error(found.refusal)
  const texts = why(trace, view, description, found.value).links.map(({ text }) => text)
  expect(texts[0]).toMatch(/^the page cache has it for F:0/)
  expect(texts.join('; ')).not.toContain('ZONE_DEVICE')
})

test('the lane of a page of a file that is not DAX is its page of the page cache: one reference, of the cache', () => {
  const history = new PageHistory(trace, description, { kind: 'file-page', file: description.files.find(({ name }) => name === 'F')!.row, index: 0 })
  expect(history.stretches[0]?.look).toMatchObject({ state: 'file', refs: 1 })
})
