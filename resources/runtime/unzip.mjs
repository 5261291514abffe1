import { closeSync, fstatSync, openSync, readSync } from 'node:fs'
import { crc32, inflateRawSync } from 'node:zlib'
import { SetupFailure } from './setup-failure.mjs'

const endRecord = 0x06054b50
const directoryRecord = 0x02014b50
const localRecord = 0x04034b50
const endRecordBytes = 22
const longestComment = 0xffff
const stored = 0
const deflated = 8

/**
 * @typedef {object} ZipEntry
 * @property {string} name
 * @property {number} mode Unix mode bits, 0 where the archive has none
 * @property {number} method
 * @property {number} crc
 * @property {number} packedBytes
 * @property {number} bytes
 * @property {number} offset
 */

/** Reads classic zip archives (no zip64, no encryption), entry by entry, so that a large archive never lies in memory. */
export class ZipFile {
  /** @param {string} path */
  constructor(path) {
    this.path = path
    this.fd = openSync(path, 'r')
  }

  close() {
    closeSync(this.fd)
  }

  /** @returns {ZipEntry[]} */
  entries() {
    const size = fstatSync(this.fd).size
    const tailBytes = Math.min(size, endRecordBytes + longestComment)
    const tail = this.#read(size - tailBytes, tailBytes)
    const end = lastIndexOfWord(tail, endRecord)
    if (end < 0) throw new SetupFailure(`${this.path} is not a zip archive: it has no end record. Delete it and try again.`)
    const count = tail.readUInt16LE(end + 10)
    const directory = this.#read(tail.readUInt32LE(end + 16), tail.readUInt32LE(end + 12))
    return readDirectory(directory, count, this.path)
  }

  /**
   * @param {ZipEntry} entry
   * @returns {Buffer}
   */
  content(entry) {
    const header = this.#read(entry.offset, 30)
    if (header.readUInt32LE(0) !== localRecord) throw this.#damaged(entry)
    const start = entry.offset + 30 + header.readUInt16LE(26) + header.readUInt16LE(28)
    const packed = this.#read(start, entry.packedBytes)
    const content = this.#unpack(entry, packed)
    if (content.length !== entry.bytes) throw this.#damaged(entry)
    // Older Node 20 releases have no crc32; whoever downloads an archive checks its sha512 besides.
    if (typeof crc32 === 'function' && crc32(content) !== entry.crc) throw this.#damaged(entry)
    return content
  }

  /**
   * @param {ZipEntry} entry
   * @param {Buffer} packed
   */
  #unpack(entry, packed) {
    if (entry.method === stored) return packed
    if (entry.method !== deflated) throw new SetupFailure(`${this.path}: ${entry.name} is packed with method ${entry.method}; only stored and deflate are read.`)
    try {
      return inflateRawSync(packed, { maxOutputLength: entry.bytes + 1 })
    } catch (cause) {
      throw this.#damaged(entry, cause)
    }
  }

  /**
   * @param {number} offset
   * @param {number} length
   */
  #read(offset, length) {
    const buffer = Buffer.alloc(length)
    for (let got = 0; got < length;) {
      const part = readSync(this.fd, buffer, got, length - got, offset + got)
      if (part === 0) throw new SetupFailure(`${this.path} ends after ${offset + got} bytes, in the middle of an entry. Delete it and try again.`)
      got += part
    }
    return buffer
  }

  /**
   * @param {ZipEntry} entry
   * @param {unknown} [cause]
   */
  #damaged(entry, cause) {
    const failure = new SetupFailure(`${this.path}: ${entry.name} is damaged (size or checksum differs). Delete the archive and try again.`)
    failure.cause = cause
    return failure
  }
}

/**
 * @param {Buffer} directory
 * @param {number} count
 * @param {string} path
 */
function readDirectory(directory, count, path) {
  const entries = []
  let at = 0
  for (let i = 0; i < count; i++) {
    if (directory.readUInt32LE(at) !== directoryRecord) throw new SetupFailure(`${path} has a damaged directory at entry ${i}. Delete it and try again.`)
    const nameBytes = directory.readUInt16LE(at + 28)
    entries.push({
      name: directory.toString('utf8', at + 46, at + 46 + nameBytes),
      mode: directory.readUInt16LE(at + 40) & 0o7777,
      method: directory.readUInt16LE(at + 10),
      crc: directory.readUInt32LE(at + 16),
      packedBytes: directory.readUInt32LE(at + 20),
      bytes: directory.readUInt32LE(at + 24),
      offset: directory.readUInt32LE(at + 42)
    })
    at += 46 + nameBytes + directory.readUInt16LE(at + 30) + directory.readUInt16LE(at + 32)
  }
  return entries
}

/**
 * @param {Buffer} buffer
 * @param {number} word
 */
function lastIndexOfWord(buffer, word) {
  for (let at = buffer.length - endRecordBytes; at >= 0; at--) if (buffer.readUInt32LE(at) === word) return at
  return -1
}
