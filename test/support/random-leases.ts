import { prngFromSeed, type Prng } from '../../src-shared/base/prng'
import type { Lab, Scalar } from '../../src-shared/lab/lab'
import { smallLab, type ShortOperation } from './small-lab'

const FILES = ['F', 'M', 'D'] as const
const POLICIES = [
  'linux-6.1', 'linux-6.15', 'linux-4.20,truncate-vs-dma=none,longterm-file-pin=allow-all', 'linux-5.15,truncate-vs-dma=busy-extent,longterm-file-pin=allow-all', 'linux-6.15,longterm-file-pin=allow-all',
  'weiny-2019-layout-lease', 'weiny-2019-layout-lease,lease-break=revoke-mr', 'weiny-2019-layout-lease,lease-break=lease-only,ownerOp=allow', 'weiny-2019-layout-lease,lease-break=never',
  'williams-2019-admin', 'williams-2019-admin,leaseSources=enumerate', 'gunthorpe-2019-fs-veto', 'lameter-2019-noop', 'longterm-file-pin=odp-only',
] as const

/** A small lab in which processes open, name, lease and pin the same few files, the same for the same seed. */
export function randomLeases(seed: number): { readonly lab: Lab; readonly policy: string } {
  const prng = prngFromSeed(seed)
  const one = <T>(all: readonly T[]): T => all[prng.below(all.length)]!
  const names = ['A', 'B', 'C'].slice(0, 2 + prng.below(2))
  const actors = Object.fromEntries(names.map((name, nth) => {
    const process = nth === 2 && prng.below(2) === 0 ? names[1]! : name
    const others = names.filter((other) => other !== name)
    const ops: ShortOperation[] = [
      ['open', { file: one(FILES), fd: `${name}0`, flags: one(['O_RDONLY', 'O_RDWR', 'O_RDWR']) }],
      ['mmap', { name: `${name}m`, file: 'F', ...(prng.below(2) === 0 ? { fd: `${name}0` } : {}), flags: one(['shared', 'private']) }],
      ...Array.from({ length: 2 + prng.below(6) }, () => anyOperation(prng, name, others)),
      // So that every name exists.
      ['dup', { fd: `${name}1`, of: `${name}0` }], ['ibv-reg', { name: `${name}r`, mapping: `${name}m`, pages: '0+1' }],
    ]
    return [name, { process, handler: one(['none', 'restart', 'no-restart'] as const), ...(process === name ? { uid: one([0, 1_000]), caps: one(['all', 'none'] as const) } : {}), ops }]
  }))
  const lab = smallLab({
    files: { F: { size: '12 KiB', pinnable: prng.below(2) === 0, owner: one([0, 1_000]), mode: one(['0644', '0666', '0600']) } },
    memoryFiles: { M: 1, D: { size: 0, fs: 'tmpfs', type: 'directory' } }, actors,
  })
  return { lab, policy: one(POLICIES) }
}

const TYPES = ['F_RDLCK', 'F_WRLCK', 'F_UNLCK', 'F_RDLCK', 'F_WRLCK', 'F_LAYOUT', 'F_LAYOUT', 'F_LAYOUT|F_EXCLUSIVE', '77'] as const

function anyOperation(prng: Prng, name: string, others: readonly string[]): ShortOperation {
  const one = <T>(all: readonly T[]): T => all[prng.below(all.length)]!
  const fd = prng.below(4) === 0 ? `${name}1` : `${name}0`
  const file = prng.below(2) === 0 ? 'F' : one(FILES)
  const op = (word: string, parameters: Readonly<Record<string, Scalar>> = {}): ShortOperation => [word, prng.below(5) === 0 ? { at: `${prng.below(3) * 30} s`, ...parameters } : parameters]
  const makers: readonly (readonly [number, () => ShortOperation])[] = [
    [5, () => op('open', { file, ...(prng.below(2) === 0 ? { fd: `${name}1` } : {}), flags: one(['O_RDONLY', 'O_WRONLY', 'O_RDWR', 'O_RDWR|O_TRUNC', 'O_WRONLY|O_NONBLOCK', 'O_RDWR|O_TRUNC|O_NONBLOCK', 'O_PATH']) })],
    [7, () => op('setlease', { fd, type: one(TYPES) })],
    [2, () => op('close', { fd })], [1, () => op('dup', { fd: `${name}1`, of: `${name}0` })], [1, () => op('getlease', { fd })],
    [3, () => op('on-break', { fd, do: one(['ignore', 'release', 'downgrade', 'close', 'exit']), after: one(['0 s', '1 s']) })],
    [1, () => op('await-break', { fd })], [1, () => op('lease-break-time', { value: one(['0 s', '3 s']) })],
    [3, () => op('truncate', { file, size: `${prng.below(4) * 4} KiB` })], [2, () => op('ftruncate', { file: 'F', size: `${prng.below(4) * 4} KiB` })],
    [2, () => op('pwrite', { file: 'F', pages: `${prng.below(4)}+1` })], [1, () => op('fallocate', { file: 'F', mode: 'punch', pages: '1+1' })],
    [2, () => op('unlink', { file })], [1, () => op('link', { file })], [1, () => op('rename', { file })], [1, () => op('chmod', { file, mode: one(['0600', '0666']) })], [1, () => op(one(['stat', 'fstat']), { file })],
    [1, () => op('create', { name: 'N' })], [1, () => op('set-pinnable', { file: 'F', value: prng.below(2) === 0 })],
    [4, () => op('ibv-reg', { name: `${name}r`, mapping: `${name}m`, pages: `${prng.below(2)}+1` })], [1, () => op('ibv-dereg', { mr: `${name}r` })], [1, () => op('vmsplice', { mapping: `${name}m`, pages: '0+1', pipe: `${name}p` })],
    [1, () => op('munmap', { mapping: `${name}m` })], [1, () => op('exit')], [1, () => op('pass-verbs', { actor: one(others) })],
    [2, () => op('kill', { actor: one(others), sig: one(['SIGALRM', 'SIGIO', 'SIGKILL', 'SIGTERM']) })], [1, () => op('store', { mapping: `${name}m` })],
    [2, () => op('await-waiting', { actor: one(others) })],
  ]
  let left = prng.below(makers.reduce((sum, [weight]) => sum + weight, 0))
  for (const [weight, make] of makers) {
    if (left < weight) return make()
    left -= weight
  }
  throw new Error('weights add up')
}
