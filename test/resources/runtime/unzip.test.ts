import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { deflateRawSync } from 'node:zlib'
import { expect, onTestFinished, test } from 'vitest'
import { ZipFile } from '../../../resources/runtime/unzip.mjs'
import { temporaryFolder } from './temporary-folder'

interface Member {
  readonly name: string
  readonly content: string
  readonly crc: number
  readonly deflated: boolean
  readonly mode: number
}

// Checksums computed with Python's zlib.
const page: Member = { name: 'a/page.txt', content: 'page '.repeat(200), crc: 0xb46e3d5a, deflated: true, mode: 0o644 }
const tool: Member = { name: 'a/tool', content: 'pin', crc: 0xb5852df3, deflated: false, mode: 0o755 }

function zipped(members: readonly Member[], comment = ''): Buffer {
  const locals: Buffer[] = []
  const directory: Buffer[] = []
  let offset = 0
  for (const { name, content, crc, deflated, mode } of members) {
    const packed = deflated ? deflateRawSync(content) : Buffer.from(content)
    const common = Buffer.alloc(22)
    common.writeUInt16LE(deflated ? 8 : 0, 4)
    common.writeUInt32LE(crc, 10)
    common.writeUInt32LE(packed.length, 14)
    common.writeUInt32LE(content.length, 18)
    const local = Buffer.concat([Buffer.from('PK\x03\x04'), common, word(name.length, 2), word(0, 2), Buffer.from(name), packed])
    const tail = Buffer.concat([word(name.length, 2), word(0, 4), word(0, 4), word(mode * 0x10000, 4), word(offset, 4), Buffer.from(name)])
    directory.push(Buffer.concat([Buffer.from('PK\x01\x02'), word(0, 2), common, tail]))
    locals.push(local)
    offset += local.length
  }
  const end = [Buffer.from('PK\x05\x06'), word(0, 4), word(members.length, 2), word(members.length, 2), word(Buffer.concat(directory).length, 4), word(offset, 4), word(comment.length, 2), Buffer.from(comment)]
  return Buffer.concat([...locals, ...directory, ...end])
}

function word(value: number, bytes: number): Buffer {
  const buffer = Buffer.alloc(bytes)
  buffer.writeUIntLE(value, 0, bytes)
  return buffer
}

function opened(bytes: Buffer): ZipFile {
  const path = join(temporaryFolder(), 'some.zip')
  writeFileSync(path, bytes)
  const zip = new ZipFile(path)
  onTestFinished(() => {
    zip.close()
  })
  return zip
}

test('deflated and stored entries come out with their content and mode', () => {
  const zip = opened(zipped([page, tool], 'a comment behind the directory'))
  const found = zip.entries().map((entry) => ({ name: entry.name, mode: entry.mode, content: zip.content(entry).toString() }))
  expect(found).toEqual([page, tool].map(({ name, mode, content }) => ({ name, mode, content })))
})

test('an entry with a wrong checksum is refused', () => {
  const zip = opened(zipped([{ ...tool, crc: 1 }]))
  expect(() => zip.entries().map((entry) => zip.content(entry))).toThrow('a/tool is damaged')
})

test('an entry whose packed bytes are broken is refused', () => {
  const bytes = zipped([page])
  bytes.fill(0xff, 40, 48)
  const zip = opened(bytes)
  expect(() => zip.entries().map((entry) => zip.content(entry))).toThrow('a/page.txt is damaged')
})

test('a download that was cut off is not taken for an archive', () => {
  expect(() => opened(zipped([page]).subarray(0, 60)).entries()).toThrow('no end record')
})
