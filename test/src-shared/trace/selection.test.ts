import { describe, expect, it } from 'vitest'
import { TraceCursor } from '../../../src-shared/trace/cursor'
import { parseSelection } from '../../../src-shared/trace/selection'
import { bundledLab } from '../../support/bundled-labs'
import { run } from '../../support/run'
import { smallLab } from '../../support/small-lab'

/** What a text selects at the end of a run: the pfn, or the refusal. */
function selectedAtEnd(lab: Parameters<typeof run>[0], text: string): number | string {
  const { trace, description } = run(lab)
  const view = new TraceCursor(trace)
  view.seek(trace.steps)
  const found = parseSelection(text, description, view)
  if (!found.ok) return found.refusal
  return found.value.kind === 'page' ? found.value.pfn : found.value.kind
}

const mapped = smallLab({ files: { F: 3 }, actors: { A: [['mmap', { name: 'm', file: 'F', pages: '1+2' }], ['store', { mapping: 'm', pages: '0+1' }]] } })

describe('a page by name', () => {
  it('is, for a mapping, the frame that its page table names: page 0 of m is page 1 of F', () => {
    expect(selectedAtEnd(mapped, 'page:m:0')).toBe(selectedAtEnd(mapped, 'page:F:1'))
    expect(selectedAtEnd(mapped, 'page:m:0')).toBeTypeOf('number')
  })

  it('is refused where no frame lies behind it, with the reason', () => {
    expect(selectedAtEnd(mapped, 'page:m:1')).toBe('page 1 of m has no frame of its own here: its page-table entry is none')
    expect(selectedAtEnd(mapped, 'page:m:2')).toBe('page 2 of m is not mapped here')
    expect(selectedAtEnd(mapped, 'page:m:x')).toBe('"x" is not a page index')
    expect(selectedAtEnd(mapped, 'page:m:')).toBe('"" is not a page index')
    expect(selectedAtEnd(mapped, 'page:H:0')).toMatch(/^no file, mapping or memory "H"; there are F, m, /)
  })

  it('is, for a memory, its frame of that number, up to its end', () => {
    const { lab } = bundledLab('device-private-thp')
    const first = selectedAtEnd(lab, 'page:gpu1:0')
    expect(first).toBeTypeOf('number')
    expect(selectedAtEnd(lab, 'page:gpu1:5')).toBe(Number(first) + 5)
    expect(selectedAtEnd(lab, 'page:gpu1:99999999')).toMatch(/^gpu1 ends before page 99999999: it has \d+/)
  })

  it('is the frame of anonymous memory too, which has no file', () => {
    const { lab } = bundledLab('two-pinners-vs-migration')
    expect(selectedAtEnd(lab, 'page:buf:0')).toBeTypeOf('number')
  })
})
