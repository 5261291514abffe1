import { describe, expect, it } from 'vitest'
import { parseClauses, type Clause } from '../../../../src-main/conform/observation/clause'
import { readingOf } from '../../../../src-main/conform/observation/values'

function clauses(text: string): readonly Clause[] {
  const parsed = parseClauses(text)
  if (!parsed.ok) throw new Error(parsed.refusal.expected)
  return parsed.value
}

describe('clauses', () => {
  it('an empty text prepares nothing', () => {
    expect(clauses('')).toEqual([])
  })

  it('have a who, a word, values and the mark of the observed call', () => {
    expect(clauses('file fs=xfsdax size=1M; child: fallocate mode=punch range=0+64K observe')).toEqual([
      { who: null, word: 'file', values: { fs: 'xfsdax', size: '1M' }, observe: false, text: 'file fs=xfsdax size=1M' },
      { who: 'child', word: 'fallocate', values: { mode: 'punch', range: '0+64K' }, observe: true, text: 'child: fallocate mode=punch range=0+64K observe' },
    ])
  })

  it('values hold every character but space and semicolon', () => {
    expect(clauses('open flags=O_WRONLY|O_TRUNC; move-pages to=even:0,odd:1 fill=*')[1]!.values).toEqual({ to: 'even:0,odd:1', fill: '*' })
    expect(clauses('store byte==')[0]!.values).toEqual({ byte: '=' })
  })

  it('"observe" alone is a word, as any other', () => {
    expect(clauses('observe')).toMatchObject([{ word: 'observe', observe: false }])
  })

  it.each([
    ['file size', 'key=value after the word; got "size"'],
    ['file size=', 'key=value after the word; got "size="'],
    ['file =1M', 'key=value after the word; got "=1M"'],
    ['file;', 'a word of letters'],
    ['a.b: open', 'a name before ":"'],
    ['file size=1 size=2', 'each key once; "size" stands twice'],
  ])('%s: expected %s', (text, expected) => {
    expect(parseClauses(text)).toMatchObject({ ok: false, refusal: { expected: expect.stringContaining(expected) as unknown } })
  })
})

describe('values', () => {
  const read = (pair: string) => readingOf(clauses(`x k=${pair}`)[0]!)

  it('sizes are bytes, or K, M, G by powers of 1024', () => {
    expect(['5', '64K', '1M', '1G'].map((text) => read(text).size('k'))).toEqual([5, 65_536, 1_048_576, 1_073_741_824])
  })

  it('times are nanoseconds', () => {
    expect(['350ms', '3s', '0s'].map((text) => read(text).time('k'))).toEqual([350_000_000, 3_000_000_000, 0])
  })

  it('ranges are bytes, pages are pages', () => {
    expect([read('512K+64K').range('k'), read('128+16').pages('k')]).toEqual([{ start: 524_288, length: 65_536 }, { start: 524_288, length: 65_536 }])
  })

  it('a set may be none', () => {
    expect([read('local-write+mw-bind').set('k'), read('none').set('k')]).toEqual([['local-write', 'mw-bind'], []])
  })

  it('a key that is not there reads as null', () => {
    expect(read('1').size('other')).toBeNull()
  })

  it.each([
    ['1T', 'size', 'a size'], ['5', 'time', 'a time'], ['1+2+3', 'range', 'start+length'], ['1K+2', 'pages', 'first+count'], ['-1', 'whole', 'a whole number'],
  ] as const)('%s is no %s', (text, kind, expected) => {
    expect(() => read(text)[kind]('k')).toThrow(`"x k=${text}": expected k=${expected}`)
  })
})
