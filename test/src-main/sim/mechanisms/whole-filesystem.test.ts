import { describe, expect, it } from 'vitest'
import { hosts } from '../../../../src-shared/state/tables'
import { runSmall, type SmallLab } from '../../../support/small-lab'

const KIB = 1024

/** A page of F sits in a pipe while its last name and user go; then the file system is filled, and the pipe is read (spec 4.3). */
const fillAfterUnlink: SmallLab = {
  files: { F: 4 }, pmemPages: 16,
  actors: {
    A: [
      ['mmap', { name: 'm', file: 'F' }], ['store', { mapping: 'm' }], ['vmsplice', { mapping: 'm', pages: '0+1', pipe: 'p' }],
      ['munmap', { mapping: 'm' }], ['unlink', { file: 'F' }], ['sync'], ['fill-fs', { name: 'full', fs: 'pmem0' }], ['read-pipe', { pipe: 'p' }],
    ],
  },
}

const PFN = 0x80000

describe('fill-fs', () => {
  it('writes until nothing is free; blocks of an unlinked file are part of the new one, under whoever holds their pages', () => {
    const { op, description } = runSmall(fillAfterUnlink, { policy: 'linux-6.1' })
    expect([op('A.5').result, op('A.7').result]).toEqual([0, 16 * 4 * KIB])
    expect(hosts.owner.at(description.host, PFN), 'block 0 belongs to the second file').toBe(2)
    expect(hosts.content.at(description.host, PFN), 'and has what the seventh operation wrote').toBe(7)
  })

  it('leaves freed blocks alone where the allocator does not reuse them soon (knob reuseSoon)', () => {
    const { op, description } = runSmall(fillAfterUnlink, { policy: 'linux-6.1,reuseSoon=false' })
    expect(op('A.7').result).toBe(12 * 4 * KIB)
    expect([hosts.owner.at(description.host, PFN), hosts.content.at(description.host, PFN)]).toEqual([0, 2])
  })
})

describe('sync', () => {
  it('waits for the log of every file system', () => {
    const { op, description } = runSmall({ files: { F: 4 }, actors: { A: [['ftruncate', { file: 'F', size: 0 }], ['sync']] } })
    expect(op('A.2').result).toBe(0)
    expect(op('A.2').endNs! - op('A.2').startNs!, 'the log takes 20 µs').toBeGreaterThan(10_000)
    expect(hosts.owner.at(description.host, PFN), 'the freed block is free').toBe(0)
  })

  it('puts dirty pages of page-cache files on their medium', () => {
    const { description, op } = runSmall({ driveFiles: { G: { size: '8 KiB' } }, actors: { A: [['pwrite', { file: 'G' }], ['sync']] } })
    const [host] = [description.host]
    expect(op('A.2').result).toBe(0)
    expect(hosts.dirty.find(host, 0, 2 ** 30, (dirty) => dirty === 1)).toBe(-1)
  })
})

describe('read', () => {
  it('reads from the beginning of a file, up to its end', () => {
    const { op } = runSmall({ files: { F: 2 }, memoryFiles: { M: 1 }, actors: { A: [['read', { file: 'F', bytes: 512 }], ['read', { file: 'F' }], ['read', { file: 'M', bytes: '64 KiB' }]] } })
    expect([1, 2, 3].map((nth) => op(`A.${nth}`).result)).toEqual([512, 8 * KIB, 4 * KIB])
  })
})
