import { describe, expect, it } from 'vitest'
import { arena } from '../../../../src-shared/state/arena'
import type { Lab, LabActor, LabNode, LabOperation } from '../../../../src-shared/lab/lab'
import { targetControllers, targetNamespaces, targetRequests } from '../../../../src-shared/state/nvmet-tables'
import { hosts, links } from '../../../../src-shared/state/tables'
import { run, type FinishedRun } from '../../../support/run'
import type { ShortOperation } from '../../../support/small-lab'

interface Target {
  readonly acs?: string
  readonly p2p?: string
  /** Where it is said, the drive behind the namespace. */
  readonly drive?: LabNode
  readonly memory?: string
}

const CMB: LabNode = { kind: 'nvme-ssd', cmb: '2 MiB', cmbQueues: false, mediaLatency: '10 us' }

/** A drive and a NIC below one switch, two hosts on the fabric, and these programs; those of hosts are named host0 and host1. */
function targetOf(programs: Readonly<Record<string, readonly ShortOperation[]>>, { acs = 'none', p2p = 'listed', drive = CMB, memory = '64 MiB' }: Target = {}): Lab {
  return {
    version: 1, title: 'a target',
    topology: {
      nodes: {
        cpu0: { kind: 'cpu' }, node0: { kind: 'host-memory', size: memory }, rc0: { kind: 'root-complex', p2p }, sw0: { kind: 'pcie-switch', acs },
        nvme0: drive, nic0: { kind: 'rdma-nic' }, host0: { kind: 'rdma-peer' }, host1: { kind: 'rdma-peer' }
      },
      links: [
        { from: 'cpu0.memory', to: 'node0' }, { from: 'cpu0.root', to: 'rc0.bus' }, { from: 'rc0.port', to: 'sw0.up' }, { from: 'sw0.down', to: 'nvme0.pcie' }, { from: 'sw0.down', to: 'nic0.pcie' },
        { from: 'nic0.fabric', to: 'host0.fabric' }, { from: 'nic0.fabric', to: 'host1.fabric' }
      ]
    },
    actors: Object.fromEntries(Object.entries(programs).map(([name, ops]): [string, LabActor] =>
      [name, { ...(name.startsWith('host') ? { on: name } : {}), ops: ops.map(([word, parameters = {}]): LabOperation => ({ word, parameters })) }]))
  }
}

const ENABLE: ShortOperation = ['nvmet-enable', { name: 'ns', drive: 'nvme0', p2p: 'any' }]
const ENABLED: ShortOperation = ['await-done', { actor: 'admin', op: 1 }]
const connected = (name: string): readonly ShortOperation[] => [ENABLED, ['nvmf-connect', { name, namespace: 'ns' }]]
const write = (controller: string, size: string): ShortOperation => ['nvmf-write', { controller, size }]

const op = ({ summary }: FinishedRun, name: string) => {
  const found = summary.operations.find((operation) => operation.op === name)
  if (found === undefined) throw new Error(`there is no operation ${name}`)
  return found
}
const fallbacks = ({ description }: FinishedRun, name: string): number => targetControllers.fallbacks.get(description.targets.find((target) => target.name === name)!.row)
const bytesOf = ({ description }: FinishedRun, from: string, to: string): number => links.bytes.get(description.links.find((link) => link.from === from && link.to === to)!.row)

describe('requests of a target (spec 7.5)', () => {
  it('go from the NIC into the buffer of the drive and from there to its medium: neither the root nor host memory sees them', () => {
    const finished = run(targetOf({ admin: [ENABLE], host0: [...connected('c'), write('c', '64 KiB'), ['nvmf-read', { controller: 'c', size: '64 KiB' }]] }))
    expect([op(finished, 'host0.3').result, op(finished, 'host0.4').result, fallbacks(finished, 'c')]).toEqual([65536, 65536, 0])
    // Both ways over the wire of the NIC, and of the drive as far as its peers reach in: never over the switch's link to the root.
    expect([bytesOf(finished, 'sw0', 'nic0'), bytesOf(finished, 'sw0', 'nvme0'), bytesOf(finished, 'rc0', 'sw0'), bytesOf(finished, 'cpu0', 'node0')]).toEqual([131072, 131072, 0, 0])
  })

  it('go through host memory without peer-to-peer memory: twice over the link to the root', () => {
    const finished = run(targetOf({ admin: [['nvmet-enable', { name: 'ns', drive: 'nvme0' }]], host0: [...connected('c'), write('c', '64 KiB')] }))
    expect([op(finished, 'host0.3').result, bytesOf(finished, 'rc0', 'sw0'), bytesOf(finished, 'cpu0', 'node0')]).toEqual([65536, 131072, 131072])
  })

  it('cross the link above the switch up and down where ACS sends them through a host bridge that is listed', () => {
    const finished = run(targetOf({ admin: [ENABLE], host0: [...connected('c'), write('c', '64 KiB')] }, { acs: 'nic0' }))
    expect([op(finished, 'host0.3').result, fallbacks(finished, 'c'), bytesOf(finished, 'rc0', 'sw0'), bytesOf(finished, 'cpu0', 'node0')]).toEqual([65536, 0, 131072, 0])
  })

  it('of two hosts at once share a pool: what does not fit takes host memory', () => {
    const size = '1200 KiB'
    const finished = run(targetOf({ admin: [ENABLE], host0: [...connected('c'), write('c', size)], host1: [...connected('d'), write('d', size)] }))
    expect([op(finished, 'host0.3').result, op(finished, 'host1.3').result, fallbacks(finished, 'c') + fallbacks(finished, 'd')]).toEqual([1_228_800, 1_228_800, 1])
  })

  it('of one host may be under way together', () => {
    const finished = run(targetOf({ admin: [ENABLE], host0: [...connected('c'), write('c', '1200 KiB')], host1: [['await-done', { actor: 'host0', op: 2 }], write('c', '1200 KiB')] }))
    expect([op(finished, 'host0.3').result, op(finished, 'host1.2').result, fallbacks(finished, 'c')]).toEqual([1_228_800, 1_228_800, 1])
    expect(op(finished, 'host1.2').startNs).toBeLessThan(op(finished, 'host0.3').endNs!)
  })

  it('fail with EIO where the host has no memory for them either, and leave nothing behind', () => {
    const finished = run(targetOf({ admin: [['nvmet-enable', { name: 'ns', drive: 'nvme0' }]], host0: [...connected('c'), write('c', '2 MiB'), write('c', '64 KiB')] }, { memory: '1 MiB' }))
    expect([op(finished, 'host0.3').errno, op(finished, 'host0.4').result]).toEqual(['EIO', 65536])
    const { firstPfn, pageCount } = finished.description.memories.find(({ node }) => node === 'node0')!
    expect(hosts.use.find(finished.description.host, firstPfn, firstPfn + pageCount, (use) => use !== 0)).toBe(-1)
  })

  it('work on 4.20, where peer-to-peer memory was new', () => {
    const finished = run(targetOf({ admin: [ENABLE], host0: [...connected('c'), write('c', '64 KiB')] }), { policy: 'linux-4.20' })
    expect([op(finished, 'host0.3').result, fallbacks(finished, 'c'), bytesOf(finished, 'rc0', 'sw0')]).toEqual([65536, 0, 0])
  })
})

describe('a namespace', () => {
  it('that is enabled after hosts have connected gives their controllers memory then', () => {
    const finished = run(targetOf({ host0: [['nvmf-connect', { name: 'c', namespace: 'ns' }], ['await-done', { actor: 'admin', op: 2 }], write('c', '64 KiB')], admin: [['await-done', { actor: 'host0', op: 1 }], ENABLE] }))
    expect([op(finished, 'host0.3').result, fallbacks(finished, 'c'), bytesOf(finished, 'rc0', 'sw0')]).toEqual([65536, 0, 0])
  })

  it('waits for the requests that it has when it is disabled; what comes later finds none', () => {
    const finished = run(targetOf({
      admin: [ENABLE, ['nvmet-disable', { namespace: 'ns', at: '8 us' }], ENABLE],
      host0: [...connected('c'), write('c', '64 KiB')],
      host1: [...connected('d'), ['nvmf-write', { controller: 'd', at: '9 us' }], ['await-done', { actor: 'admin', op: 3 }], write('d', '64 KiB')]
    }, { drive: { ...CMB, mediaLatency: '100 us' } }))
    expect([op(finished, 'host0.3').result, op(finished, 'host1.3').errno, op(finished, 'host1.5').result]).toEqual([65536, 'EOPNOTSUPP', 65536])
    expect(op(finished, 'admin.2').endNs).toBeGreaterThanOrEqual(op(finished, 'host0.3').endNs!)
    expect([...targetNamespaces.$.rows(arena)].map((row) => targetNamespaces.refs.get(row))).toEqual([0])
    expect(targetRequests.$.rows(arena).map((row) => targetRequests.state.get(row))).toEqual([0, 0, 0])
  })
})

describe('a lab is refused', () => {
  it.each<[string, Readonly<Record<string, readonly ShortOperation[]>>, RegExp]>([
    ['whose host is no peer', { admin: [ENABLE, ['nvmf-connect', { name: 'c', namespace: 'ns' }]] }, /runs on an rdma-peer/],
    ['that connects a controller twice', { admin: [ENABLE], host0: [...connected('c'), ...connected('c')] }, /connected twice/],
    ['that names no provider', { admin: [['nvmet-enable', { name: 'ns', drive: 'nvme0', p2p: 'provider' }]] }, /say which/]
  ])('%s', (_, programs, message) => {
    expect(() => run(targetOf(programs))).toThrow(message)
  })
})
