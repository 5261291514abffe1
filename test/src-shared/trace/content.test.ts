import { expect, test } from 'vitest'
import { TraceCursor } from '@shared/trace/cursor'
import { cellText, columnTitle, contentText, lockText } from '@shared/trace/content'
import { why } from '@shared/trace/why'
import { files, processes } from '@shared/state/tables'
import { blockedTruncate } from '../../support/blocked-truncate'

const made = blockedTruncate()

function at(position: number): TraceCursor {
  const state = new TraceCursor(made.trace)
  state.seek(position)
  return state
}

test('content is zeroes, what the file held when the run began, or who wrote it', () => {
  expect([0, -1, 2].map((tag) => contentText(made.run, tag))).toEqual(['zeroes', 'initial data of F', 'data of app.1'])
})

test('a lock names all who hold it', () => {
  expect([0, ~1, 0b11].map((word) => lockText(made.run, word))).toEqual(['free', 'held by app', 'shared by admin and app'])
})

test('a cell says its value in words and with its unit', () => {
  const { file, run } = made.built
  const process = run.processes[0]?.row ?? 0
  expect([files.iolock, files.size, files.frozen, files.fs].map((column) => cellText(at(5), run, file, column))).toEqual(['held by admin', '16 KiB', 'no', 'file system on pmem0'])
  expect(cellText(at(5), run, process, processes.mmapLock)).toBe('free')
  expect(columnTitle('pinnedVm')).toBe('pinned vm')
})

test('explanations of objects and of memory hold no raw words', () => {
  const [file, memory] = [{ kind: 'row', row: made.built.file }, { kind: 'node', id: 'pmem0' }] as const
  const said = (selection: typeof file | typeof memory): string => why(made.trace, at(5), made.run, selection).links.map(({ text }) => text).join('\n')
  expect(said(file)).toContain('iolock held by admin: i_rwsem')
  expect(said(memory)).toContain('1 page under DMA')
  expect(said(memory)).not.toMatch(/short-pin|long-pin/)
})
