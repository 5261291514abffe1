import { expect, it } from 'vitest'
import type { Lab, LabNode } from '../../../src-shared/lab/lab'
import { links } from '../../../src-shared/state/tables'
import { run } from '../../support/run'

/** Drives that read as many pages of anonymous memory as said, at once; the switch above them has one link to the root. */
function drivesBehindASwitch(pages: Readonly<Record<string, number>>, more: { readonly upWidth?: number, readonly bandwidth?: string, readonly drive?: LabNode } = {}): Lab {
  const names = Object.keys(pages)
  return {
    version: 1, title: 'drives behind one switch',
    topology: {
      nodes: {
        cpu0: { kind: 'cpu' }, node0: { kind: 'host-memory', size: '1 GiB', bandwidth: '400 GB/s' }, rc0: { kind: 'root-complex' }, sw0: { kind: 'pcie-switch' },
        ...Object.fromEntries(names.map((name) => [name, { kind: 'nvme-ssd', mediaLatency: '0 ns', bandwidth: more.bandwidth ?? '100 GB/s' }]))
      },
      links: [
        { from: 'cpu0.memory', to: 'node0' }, { from: 'cpu0.root', to: 'rc0.bus' }, { from: 'rc0.port', to: 'sw0.up', gen: 3, width: more.upWidth ?? 4 },
        ...names.map((name) => ({ from: 'sw0.down', to: `${name}.pcie`, gen: 3, width: 4 }))
      ]
    },
    actors: Object.fromEntries(names.map((name) => [`on-${name}`, {
      ops: [
        { word: 'mmap', parameters: { name: `m-${name}`, pages: `0+${pages[name]!}` } },
        { word: 'store', parameters: { mapping: `m-${name}` } },
        { word: 'odirect-read', parameters: { mapping: `m-${name}`, drive: name, at: '100 ms' } }
      ]
    }]))
  }
}

/** Nanoseconds between the first byte and the last of each actor's direct I/O, by the actor's name. */
function timesOf(lab: Lab): Readonly<Record<string, number>> {
  const { summary } = run(lab, { policy: 'linux-6.12' })
  return Object.fromEntries(summary.operations.filter(({ text }) => text.startsWith('odirect')).map(({ actor, startNs, endNs, result }) => {
    expect(result).toBeGreaterThan(0)
    return [actor, endNs! - startNs!]
  }))
}

/** Simulated times agree up to what system calls, pins and interrupts cost besides the transfer. */
const PERCENT = 0.05
function expectRatio(a: number, b: number, ratio: number): void {
  expect(a / b).toBeGreaterThan(ratio * (1 - PERCENT))
  expect(a / b).toBeLessThan(ratio * (1 + PERCENT))
}

const PAGES = 16_384

it('two flows on one link share its bandwidth: each takes twice as long as alone', () => {
  const alone = timesOf(drivesBehindASwitch({ nvme0: PAGES }))
  const both = timesOf(drivesBehindASwitch({ nvme0: PAGES, nvme1: PAGES }))
  expectRatio(both['on-nvme0']!, alone['on-nvme0']!, 2)
  expectRatio(both['on-nvme1']!, alone['on-nvme0']!, 2)
})

it('three flows share by thirds', () => {
  const alone = timesOf(drivesBehindASwitch({ nvme0: PAGES }))
  const three = timesOf(drivesBehindASwitch({ nvme0: PAGES, nvme1: PAGES, nvme2: PAGES }))
  for (const time of Object.values(three)) expectRatio(time, alone['on-nvme0']!, 3)
})

it('a short flow does not wait for a long one that began before: who is through leaves the link to the other', () => {
  const alone = timesOf(drivesBehindASwitch({ nvme0: PAGES }))
  const both = timesOf(drivesBehindASwitch({ nvme0: PAGES, nvme1: PAGES / 4 }))
  // While both move, each has half: the short one needs 2 × 1/4; then the long one has all of the link for its other 3/4.
  expectRatio(both['on-nvme1']!, alone['on-nvme0']!, 2 / 4)
  expectRatio(both['on-nvme0']!, alone['on-nvme0']!, 2 / 4 + 3 / 4)
})

it('a flow that its own device holds back leaves the rest of a link to the others', () => {
  const fast = drivesBehindASwitch({ nvme0: PAGES, nvme1: PAGES }, { upWidth: 4 })
  const slowed: Lab = { ...fast, topology: { ...fast.topology, nodes: { ...fast.topology.nodes, nvme1: { kind: 'nvme-ssd', mediaLatency: '0 ns', bandwidth: '984.6 MB/s' } } } }
  const alone = timesOf(drivesBehindASwitch({ nvme0: PAGES }))
  const both = timesOf(slowed)
  // One lane's worth of four goes to nvme1: three are left.
  expectRatio(both['on-nvme0']!, alone['on-nvme0']!, 4 / 3)
  expectRatio(both['on-nvme1']!, alone['on-nvme0']!, 4)
})

it('the rate of a path is that of its slowest hop', () => {
  const wide = timesOf(drivesBehindASwitch({ nvme0: PAGES }, { upWidth: 4 }))
  const narrow = timesOf(drivesBehindASwitch({ nvme0: PAGES }, { upWidth: 1 }))
  const device = timesOf(drivesBehindASwitch({ nvme0: PAGES }, { upWidth: 4, bandwidth: '984.6 MB/s' }))
  expectRatio(narrow['on-nvme0']!, wide['on-nvme0']!, 4)
  expectRatio(device['on-nvme0']!, narrow['on-nvme0']!, 1)
})

it('directions of a PCIe link do not share: a drive that reads memory does not slow one that writes it', () => {
  const lab = drivesBehindASwitch({ nvme0: PAGES, nvme1: PAGES })
  const { ops, ...rest } = lab.actors['on-nvme1']!
  const opposite: Lab = { ...lab, actors: { ...lab.actors, 'on-nvme1': { ...rest, ops: ops.map(({ word, parameters }) => ({ word: word === 'odirect-read' ? 'odirect-write' : word, parameters })) } } }
  const alone = timesOf(drivesBehindASwitch({ nvme0: PAGES }))
  expectRatio(timesOf(opposite)['on-nvme0']!, alone['on-nvme0']!, 1)
})

it('every byte is counted once on each link that it crosses', () => {
  const { description } = run(drivesBehindASwitch({ nvme0: 64, nvme1: 32 }))
  const bytes = (from: string, to: string): number => links.bytes.get(description.links.find((link) => link.from === from && link.to === to)!.row)
  expect([bytes('sw0', 'nvme0'), bytes('sw0', 'nvme1'), bytes('rc0', 'sw0'), bytes('cpu0', 'rc0'), bytes('cpu0', 'node0')]).toEqual([64, 32, 96, 96, 96].map((pages) => pages * 4096))
})

/** Time that registering a gibibyte of device-dax takes, its pages mapped already. */
function registrationNs(policy: string): number {
  const { summary } = run({
    version: 1, title: 'a gibibyte of device-dax',
    topology: {
      nodes: {
        cpu0: { kind: 'cpu' }, node0: { kind: 'host-memory', size: '1 GiB' }, rc0: { kind: 'root-complex' }, nic0: { kind: 'rdma-nic' },
        pmem0: { kind: 'pmem-region', mode: 'devdax', size: '1 GiB', files: { dax0: { size: '1 GiB' } } }
      },
      links: [{ from: 'cpu0.memory', to: 'node0' }, { from: 'cpu0.memory', to: 'pmem0' }, { from: 'cpu0.root', to: 'rc0.bus' }, { from: 'rc0.port', to: 'nic0.pcie' }]
    },
    actors: {
      app: {
        ops: [
          { word: 'mmap', parameters: { name: 'm', file: 'dax0' } }, { word: 'store', parameters: { mapping: 'm' } }, { word: 'ibv-reg', parameters: { name: 'r', mapping: 'm' } }
        ]
      }
    }
  }, { policy })
  const { result, startNs, endNs } = summary.operations.find(({ op }) => op === 'app.3')!
  expect(result).toBe(0)
  return endNs! - startNs!
}

it('pinning by 2 MiB instead of 4 KiB is 14 times as fast: compound pages of device-dax, measured 87 ms and 6.2 ms for 16 GiB', () => {
  expectRatio(registrationNs('linux-5.15'), registrationNs('linux-6.12'), 87 / 6.2)
})
