import { describe, expect, it } from 'vitest'
import type { Lab } from '../../../../src-shared/lab/lab'
import { hosts, processes } from '../../../../src-shared/state/tables'
import { run } from '../../../support/run'
import { runSmall, smallLab, type ShortOperation, type SmallLab } from '../../../support/small-lab'

const ANON: ShortOperation = ['mmap', { name: 'm', pages: '0+4' }]
const REGISTERS: ShortOperation = ['ibv-reg', { name: 'r', mapping: 'm' }]
const DEREGISTERS: ShortOperation = ['ibv-dereg', { mr: 'r' }]
const from = (...ops: readonly ShortOperation[]): SmallLab['actors'][string] => ({ on: 'peer', ops })
const writes = (more: Readonly<Record<string, string>> = {}): ShortOperation => ['rdma-write', { mr: 'r', pages: '0+1', ...more }]

/** The small lab with a second NIC and a peer behind it. */
function withTwoNics(lab: Lab): Lab {
  const { nodes, links } = lab.topology
  return {
    ...lab,
    topology: {
      nodes: { ...nodes, nic1: { kind: 'rdma-nic' }, peer1: { kind: 'rdma-peer' } },
      links: [...links, { from: 'rc0.port', to: 'nic1.pcie' }, { from: 'nic1.fabric', to: 'peer1.fabric' }],
    },
  }
}

describe('a key', () => {
  it.each([['nic0', 'peer', 'success'], ['nic1', 'peer1', 'REM_ACCESS_ERR']])('of a registration with nic0 means to %s: %s sees %s', (nic, peer, status) => {
    const lab = withTwoNics(smallLab({ actors: {
      H: [ANON, ['ibv-reg', { name: 'r', mapping: 'm', nic: 'nic0' }]],
      N: { on: peer, ops: [writes({ nic, at: '100 us' })] },
    } }))
    expect(run(lab).summary.operations.at(-1)?.status).toBe(status)
  })

  it('of a registration that was taken away stays invalid when its name is used again', () => {
    const lab: SmallLab = { actors: { H: [ANON, REGISTERS, DEREGISTERS, REGISTERS], N: from(writes()) } }
    expect(runSmall(lab, { schedule: 'H>O3 N>WR7 H>NX nic0! N!' }).op('N.1').status).toBe('REM_ACCESS_ERR')
  })

  it('that nobody has made yet is guessed in vain: a peer cannot know it', () => {
    expect(runSmall({ actors: { H: [ANON, REGISTERS], N: from(writes()) } }, { schedule: 'N>WR7 H>NX nic0! N!' }).op('N.1').status).toBe('REM_ACCESS_ERR')
  })

  it('of the second registration under a name is as good as the first was', () => {
    const result = runSmall({ actors: { H: [ANON, REGISTERS, DEREGISTERS, REGISTERS], N: from(writes({ at: '1 ms' })) } })
    expect(result.op('N.1').status).toBe('success')
  })
})

describe('a peer of a process that exits', () => {
  const lab: SmallLab = { actors: { H: [ANON, REGISTERS, ['exit']], N: from(writes({ at: '100 us' }), writes({ at: '200 us' })) } }

  it('gets no acknowledgement any more, and its queue pair is in error then', () => {
    const result = runSmall(lab)
    expect([result.op('N.1').status, result.op('N.2').status]).toEqual(['RETRY_EXC_ERR', 'WR_FLUSH_ERR'])
  })

  it('may have written already when the acknowledgement is lost', () => {
    const { description, op } = runSmall(lab, { schedule: 'H>O3 N>WR7 nic0>WR6 H>EX3 nic0! N! H!' })
    expect(op('N.1').status).toBe('RETRY_EXC_ERR')
    expect(processes.exited.get(description.processes[0]!.row), 'the fence lets the process go').toBe(1)
    expect(hosts.refs.find(description.host, 0, 2 ** 30, (refs) => refs >= 1024), 'no pin is left').toBe(-1)
  })

  it('is never NAKed, however far the exit has come: the queue pair goes before the registration', () => {
    const statuses = [...Array(12).keys()].map((steps) => runSmall(lab, { schedule: `H>O3 N>WR7 ${'H*1 '.repeat(steps)}nic0! N! H!` }).op('N.1').status)
    const lost = statuses.indexOf('RETRY_EXC_ERR')
    expect(lost).toBeGreaterThan(0)
    expect(statuses).toEqual(statuses.map((_, steps) => (steps < lost ? 'success' : 'RETRY_EXC_ERR')))
  })
})
