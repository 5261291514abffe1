const wordBytes = 4

/**
 * Packs files into Electron's archive format: four little-endian words, a JSON directory padded to whole words, the contents.
 * @param {ReadonlyMap<string, Buffer>} files by name, in one folder
 * @returns {Buffer}
 */
export function packAsar(files) {
  /** @type {Record<string, { size: number, offset: string }>} */
  const directory = {}
  let offset = 0
  for (const [name, content] of files) {
    directory[name] = { size: content.length, offset: String(offset) }
    offset += content.length
  }
  const json = Buffer.from(JSON.stringify({ files: directory }))
  const padded = Math.ceil(json.length / wordBytes) * wordBytes
  const header = Buffer.alloc(4 * wordBytes + padded)
  header.writeUInt32LE(wordBytes, 0)
  header.writeUInt32LE(2 * wordBytes + padded, wordBytes)
  header.writeUInt32LE(wordBytes + padded, 2 * wordBytes)
  header.writeUInt32LE(json.length, 3 * wordBytes)
  json.copy(header, 4 * wordBytes)
  return Buffer.concat([header, ...files.values()])
}
