import { expect, it } from 'vitest'
import type { Lab, LabActor, LabLink, LabNode } from '../../../src-shared/lab/lab'
import { links } from '../../../src-shared/state/tables'
import { run, type FinishedRun } from '../../support/run'

const PAGES = 256
const BYTES = PAGES * 4096

interface Place {
  /** ACS redirect of the switch. */
  readonly acs?: string
  /** The host bridge is on the kernel's list. */
  readonly p2p?: string
  readonly more?: Readonly<Record<string, LabNode>>
  readonly actors?: Readonly<Record<string, LabActor>>
}

/** Two drives below a switch, the first with a buffer that a program has mapped and lets the second write to; the switch has a narrower link to the root. */
function twoDrives({ acs = 'none', p2p = 'listed', more = {}, actors = {} }: Place = {}): Lab {
  const below: readonly LabLink[] = ['nvme0', 'nvme1', ...Object.keys(more)].map((name) => ({ from: 'sw0.down', to: `${name}.pcie`, gen: 3, width: 4 }))
  return {
    version: 1, title: 'peer traffic below a switch',
    topology: {
      nodes: {
        cpu0: { kind: 'cpu' }, node0: { kind: 'host-memory', size: '1 GiB', bandwidth: '400 GB/s' }, rc0: { kind: 'root-complex', p2p }, sw0: { kind: 'pcie-switch', acs },
        nvme0: { kind: 'nvme-ssd', cmb: '2 MiB', cmbQueues: false, mediaLatency: '0 ns', bandwidth: '100 GB/s' }, nvme1: { kind: 'nvme-ssd', mediaLatency: '0 ns', bandwidth: '100 GB/s' }, ...more
      },
      links: [{ from: 'cpu0.memory', to: 'node0' }, { from: 'cpu0.root', to: 'rc0.bus' }, { from: 'rc0.port', to: 'sw0.up', gen: 3, width: 1 }, ...below]
    },
    actors: {
      app: { ops: [{ word: 'p2p-mmap', parameters: { name: 'm', provider: 'nvme0', pages: `0+${PAGES}` } }, { word: 'odirect-read', parameters: { mapping: 'm', drive: 'nvme1', at: '100 ms' } }] },
      ...actors
    }
  }
}

const bytesOf = ({ description }: FinishedRun, from: string, to: string): number => links.bytes.get(description.links.find((link) => link.from === from && link.to === to)!.row)

function timeOf({ summary }: FinishedRun, name: string): number {
  const { result, startNs, endNs } = summary.operations.find(({ op }) => op === name)!
  expect(result).toBe(BYTES)
  return endNs! - startNs!
}

it('what goes by bus address turns round at the switch: the link to the root and the host stay idle (spec 7.3)', () => {
  const finished = run(twoDrives(), { policy: 'linux-6.19' })
  expect([bytesOf(finished, 'sw0', 'nvme1'), bytesOf(finished, 'sw0', 'nvme0'), bytesOf(finished, 'rc0', 'sw0'), bytesOf(finished, 'cpu0', 'rc0'), bytesOf(finished, 'cpu0', 'node0')]).toEqual([BYTES, BYTES, 0, 0, 0])
})

it('what goes through the host bridge crosses the link above the switch twice, up and down, and no other more', () => {
  const finished = run(twoDrives({ acs: 'nvme0' }), { policy: 'linux-6.19' })
  expect([bytesOf(finished, 'sw0', 'nvme1'), bytesOf(finished, 'sw0', 'nvme0'), bytesOf(finished, 'rc0', 'sw0'), bytesOf(finished, 'cpu0', 'rc0'), bytesOf(finished, 'cpu0', 'node0')]).toEqual([BYTES, BYTES, 2 * BYTES, 0, 0])
})

it('the way through the host bridge is as slow as its one lane; below the switch there are four', () => {
  const straight = timeOf(run(twoDrives(), { policy: 'linux-6.19' }), 'app.2')
  const over = timeOf(run(twoDrives({ acs: 'nvme0' }), { policy: 'linux-6.19' }), 'app.2')
  expect(over / straight).toBeGreaterThan(4 * 0.95)
  expect(over / straight).toBeLessThan(4 * 1.05)
})

it('between two host bridges the way leads over the CPU', () => {
  const lab = twoDrives()
  const apart: Lab = {
    ...lab, topology: {
      nodes: { ...lab.topology.nodes, rc1: { kind: 'root-complex', p2p: 'listed' } },
      links: [...lab.topology.links.filter(({ to }) => to !== 'nvme1.pcie'), { from: 'cpu0.root', to: 'rc1.bus' }, { from: 'rc1.port', to: 'nvme1.pcie', gen: 3, width: 4 }]
    }
  }
  const finished = run(apart, { policy: 'linux-6.19' })
  expect([bytesOf(finished, 'rc1', 'nvme1'), bytesOf(finished, 'cpu0', 'rc1'), bytesOf(finished, 'cpu0', 'rc0'), bytesOf(finished, 'rc0', 'sw0'), bytesOf(finished, 'cpu0', 'node0')]).toEqual([BYTES, BYTES, BYTES, BYTES, 0])
})

/** A third drive that reads into host memory at the same time. */
const HOST_TRAFFIC: Place = {
  more: { nvme2: { kind: 'nvme-ssd', mediaLatency: '0 ns', bandwidth: '100 GB/s' } },
  actors: {
    host: {
      ops: [
        { word: 'mmap', parameters: { name: 'h', pages: `0+${PAGES}` } }, { word: 'store', parameters: { mapping: 'h' } }, { word: 'odirect-read', parameters: { mapping: 'h', drive: 'nvme2', at: '100 ms' } }
      ]
    }
  }
}

it('peer traffic by bus address does not slow what goes to the host; through the host bridge the two share its link', () => {
  const quiet = twoDrives(HOST_TRAFFIC)
  const host = timeOf(run({ ...quiet, actors: { host: quiet.actors['host']! } }, { policy: 'linux-6.19' }), 'host.3')
  const beside = timeOf(run(twoDrives(HOST_TRAFFIC), { policy: 'linux-6.19' }), 'host.3')
  const against = timeOf(run(twoDrives({ ...HOST_TRAFFIC, acs: 'nvme0' }), { policy: 'linux-6.19' }), 'host.3')
  expect(beside / host).toBeLessThan(1.01)
  expect(against / host).toBeGreaterThan(2 * 0.95)
})

it('a drive that fills its own buffer moves nothing over any link', () => {
  const lab = twoDrives()
  const [mapped, read] = lab.actors['app']!.ops
  const own: Lab = { ...lab, actors: { app: { ops: [mapped!, { word: 'odirect-read', parameters: { ...read!.parameters, drive: 'nvme0' } }] } } }
  const finished = run(own, { policy: 'linux-6.19' })
  expect(timeOf(finished, 'app.2')).toBeGreaterThan(0)
  expect(finished.description.links.map(({ row }) => links.bytes.get(row))).toEqual(finished.description.links.map(() => 0))
})

it('functions of one device use its wire, also to the host', () => {
  const lab = twoDrives({ more: { nvme2: { kind: 'nvme-ssd', functionOf: 'nvme1', mediaLatency: '0 ns', bandwidth: '100 GB/s' } }, actors: HOST_TRAFFIC.actors! })
  const finished = run({ ...lab, actors: { host: lab.actors['host']! } }, { policy: 'linux-6.19' })
  expect([bytesOf(finished, 'sw0', 'nvme2'), bytesOf(finished, 'sw0', 'nvme1'), bytesOf(finished, 'rc0', 'sw0')]).toEqual([0, BYTES, BYTES])
})
