import { expect, test } from 'vitest'
import { packAsar } from '../../../resources/runtime/asar.mjs'

test('the directory points at each file behind a header of whole words', () => {
  const files = new Map([['package.json', Buffer.from('{}')], ['main.js', Buffer.from('void 0\n')]])
  const archive = packAsar(files)
  const jsonBytes = archive.readUInt32LE(12)
  const padded = Math.ceil(jsonBytes / 4) * 4
  expect([archive.readUInt32LE(0), archive.readUInt32LE(4), archive.readUInt32LE(8)]).toEqual([4, 8 + padded, 4 + padded])
  const directory = JSON.parse(archive.toString('utf8', 16, 16 + jsonBytes)) as { files: Record<string, { size: number; offset: string }> }
  const start = 16 + padded
  const read = Object.entries(directory.files).map(([name, { size, offset }]) => [name, archive.toString('utf8', start + Number(offset), start + Number(offset) + size)])
  expect(read).toEqual([['package.json', '{}'], ['main.js', 'void 0\n']])
  expect(archive).toHaveLength(start + 9)
})
