import { expect, test } from 'vitest'
import { TraceCursor } from '@shared/trace/cursor'
import { readable } from '@shared/trace/readable'
import type { Selection } from '@shared/trace/selection'
import { why } from '@shared/trace/why'
import { ADMIN, APP, blockedTruncate, NVME } from '../../support/blocked-truncate'
import { BLOCK_0 } from '../../support/hand-built-run'

const { trace, run } = blockedTruncate()

function answer(position: number, selection: Selection): string[] {
  const view = new TraceCursor(trace)
  view.seek(position)
  const { question, links, counts } = why(trace, view, run, selection)
  return [question, ...links.map(({ text, at }) => `${text}${at === undefined ? '' : ` [${at.kind}${at.kind === 'row' ? '' : ` ${at.value}`}]`}`), ...counts.map(({ text, value }) => `${value} ${text}`)]
}

const PAGE: Selection = { kind: 'page', pfn: BLOCK_0 + 1 }

test('a pinned page: keeper, who took it when, who waits, what ends it', () => {
  expect(answer(4, PAGE)).toMatchInlineSnapshot(`
    [
      "Why is page F:1 (pmem0, pfn 0x80001) still pinned?",
      "O_DIRECT request of app.1 has a short-term pin on F:1 [row]",
      "taken by dio_read 1 page into F by app at 1 µs [operation app.1]",
      "admin waits for it [actor admin]",
      "released when nvme0 completes app.1 [operation app.1]",
      "1 idle FS_DAX page",
      "1024 short-term pin of O_DIRECT request of app.1",
    ]
  `)
})

test('a blocked task names what it waits for and who has to act', () => {
  expect(answer(4, { kind: 'actor', nth: ADMIN })).toMatchInlineSnapshot(`
    [
      "Why is admin blocked?",
      "ftruncate F to 0 B by admin waits at W5 for page F:1 (pmem0, pfn 0x80001) to become idle [operation admin.1]",
      "O_DIRECT request of app.1 has a short-term pin on F:1 since 1 µs [row]",
      "released when nvme0 completes app.1 [operation app.1]",
    ]
  `)
  expect(answer(4, { kind: 'operation', nth: 0 })).toMatchInlineSnapshot(`
    [
      "Why is ftruncate F to 0 B blocked?",
      "ftruncate F to 0 B by admin waits at W5 for page F:1 (pmem0, pfn 0x80001) to become idle [operation admin.1]",
      "O_DIRECT request of app.1 has a short-term pin on F:1 since 1 µs [row]",
      "released when nvme0 completes app.1 [operation app.1]",
    ]
  `)
})

test('an engine at work says for whom', () => {
  expect(answer(5, { kind: 'actor', nth: NVME })).toMatchInlineSnapshot(`
    [
      "What is nvme0 doing?",
      "nvme0 is at N2, move the data [actor nvme0]",
      "works for dio_read 1 page into F by app [operation app.1]",
    ]
  `)
  expect(answer(0, { kind: 'actor', nth: NVME })).toMatchInlineSnapshot(`
    [
      "What is nvme0 doing?",
      "nvme0 waits for work [actor nvme0]",
    ]
  `)
})

test('what a finished task and operation did', () => {
  expect(answer(8, { kind: 'actor', nth: APP })).toMatchInlineSnapshot(`
    [
      "What did app do?",
      "app.1: dio_read 1 page into F returned 0 at 0 ns [operation app.1]",
    ]
  `)
  expect(answer(8, { kind: 'operation', nth: 0 })).toMatchInlineSnapshot(`
    [
      "What did ftruncate F to 0 B do?",
      "at 2 µs, admin waits: page F:1 is held [step 3]",
      "at 8 µs, 4 pages of F freed: reusable once the log commits [step 7]",
      "ftruncate F to 0 B by admin returned 0 at 0 ns [operation admin.1]",
    ]
  `)
})

test('an operation that has not begun', () => {
  expect(answer(1, { kind: 'operation', nth: 0 })).toMatchInlineSnapshot(`
    [
      "Why has ftruncate F to 0 B not begun?",
      "admin has not come to it [actor admin]",
      "admin.1: ftruncate F to 0 B [operation admin.1]",
    ]
  `)
})

test('an idle page and a free page', () => {
  expect(answer(0, PAGE)).toMatchInlineSnapshot(`
    [
      "Why is page F:1 (pmem0, pfn 0x80001) not free?",
      "the block of F:1; nobody holds or maps it [page 524289]",
      "allocated before the run began",
      "idle at refcount 1 by zone-device-refcount = not chosen [policy zone-device-refcount]",
      "1 idle FS_DAX page",
    ]
  `)
  expect(answer(8, PAGE)).toMatchInlineSnapshot(`
    [
      "Why is page 0x80001 (pmem0) free?",
      "freed by ftruncate F to 0 B by admin at 8 µs [operation admin.1]",
      "idle at refcount 1 by zone-device-refcount = not chosen [policy zone-device-refcount]",
      "1 idle FS_DAX page",
    ]
  `)
})

test('a step', () => {
  expect(answer(8, { kind: 'step', index: 6 })).toMatchInlineSnapshot(`
    [
      "What did DI4, wait for the drive, do?",
      "at 8 µs, app.1 lets go of page F:1 [step 6]",
      "at 8 µs, page F:1 is idle [step 6]",
      "at 8 µs, app.1 dio_read 1 page into F returns 1 [step 6]",
      "taken by dio_read 1 page into F by app at 8 µs [operation app.1]",
    ]
  `)
})

test('a trace as text', () => {
  expect(readable(trace, run)).toMatchInlineSnapshot(`
    "      1 µs  app    program P      next operation
                · app begins app.1 dio_read 1 page into F
          1 µs  app    direct-io DI1  pin the buffer and submit
                · app.1 pins page F:1
                · app.1 submitted: 1 page
          2 µs  admin  program P      next operation
                · admin begins admin.1 ftruncate F to 0 B
          2 µs  admin  by-hand W1     take iolock
                · admin waits: page F:1 is held
          3 µs  nvme0  by-hand Q1     wait for work
          7 µs  nvme0  nvme N2        move the data
                · nvme0 writes page F:1 by DMA (content 7)
                · nvme0 completes app.1
          8 µs  app    by-hand DI4    wait for the drive
                · app.1 lets go of page F:1
                · page F:1 is idle
                · app.1 dio_read 1 page into F returns 1
          8 µs  admin  by-hand W5     sleep until the folio is idle
                · 4 pages of F freed: reusable once the log commits
                · admin.1 ftruncate F to 0 B returns 0
    "
  `)
})
