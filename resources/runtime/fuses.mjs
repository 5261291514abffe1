import { SetupFailure } from './setup-failure.mjs'

const sentinel = 'dL7pKGdnNz796PbbjQWNKmHXBZaB9tsX'
const knownVersion = 1

/** Positions in the fuse block of an Electron executable. */
export const fuse = { runAsNode: 0, nodeCliInspect: 3, browserSnapshot: 6 }

/**
 * Switches fuses in place.
 * @param {Buffer} executable
 * @param {ReadonlyMap<number, boolean>} wanted
 */
export function setFuses(executable, wanted) {
  const start = executable.indexOf(sentinel, 0, 'latin1')
  if (start < 0 || executable.indexOf(sentinel, start + 1, 'latin1') >= 0) throw new SetupFailure('The Electron executable does not hold exactly one fuse block; it is not the build that was expected.')
  const block = start + sentinel.length
  const version = executable.readUInt8(block)
  if (version !== knownVersion) throw new SetupFailure(`The Electron executable has fuses of version ${version}; only version ${knownVersion} is known.`)
  const count = executable.readUInt8(block + 1)
  for (const [position, on] of wanted) {
    if (position >= count) throw new SetupFailure(`The Electron executable has ${count} fuses; number ${position} does not exist.`)
    executable.write(on ? '1' : '0', block + 2 + position, 'latin1')
  }
}
