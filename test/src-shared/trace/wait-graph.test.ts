import { expect, test } from 'vitest'
import { arena } from '@shared/state/arena'
import { taken } from '@shared/state/lock'
import { regions } from '@shared/state/rdma-tables'
import { actors, files, hosts, operations, processes } from '@shared/state/tables'
import { blockedChain, waitGraph, waitsOf } from '@shared/trace/wait-graph'
import { BLOCK_0, holdByHand, mountedByHand, requestByHand, standsAt, STEP, type HandBuilt } from '../../support/hand-built-run'

const ADMIN = 0
const APP = 1
const texts = (built: HandBuilt, actor: number): string[] => blockedChain(arena, built.run, actor).links.map(({ text }) => text)

function truncateWaitsForPage(built: HandBuilt): void {
  standsAt(built.admin, STEP.pageIdle, [built.file, BLOCK_0], built.truncate)
}

test('nobody waits for an idle page or a free lock', () => {
  const built = mountedByHand()
  truncateWaitsForPage(built)
  standsAt(built.app, STEP.invlock, [built.file], built.dio)
  expect(waitGraph(arena, built.run)).toEqual([])
})

test('a truncate under a short pin ends at the drive that is at work', () => {
  const built = mountedByHand()
  holdByHand(built, 'pin', BLOCK_0, 1, requestByHand(built, 'running', 1), built.dio)
  truncateWaitsForPage(built)
  expect(blockedChain(arena, built.run, ADMIN).end).toBe('work')
  expect(texts(built, ADMIN)).toEqual([
    'ftruncate F to 0 B by admin waits at W5 for page F:0 (pmem0, pfn 0x80000) to become idle',
    'O_DIRECT request of app.1 has a short-term pin on F:0',
    'released when nvme0 completes app.1'
  ])
})

test('a truncate under an MR that nobody deregisters ends at the pin', () => {
  const built = mountedByHand()
  const mr = built.run.regions[0]!.row
  regions.state.set(mr, regions.state.valueOf('valid'))
  operations.state.set(built.dio, operations.state.valueOf('done'))
  holdByHand(built, 'longterm', BLOCK_0, 4, mr, built.dio)
  truncateWaitsForPage(built)
  expect(blockedChain(arena, built.run, ADMIN).end).toBe('pin')
  expect(texts(built, ADMIN).at(-1)).toBe('released by deregistering MR m1 or exit of app: never scheduled')
})

test('sleeping with invlock held while GUP holds a page is shown as a cycle of both', () => {
  const built = mountedByHand()
  holdByHand(built, 'pin', BLOCK_0, 1, requestByHand(built, 'pinning', 2), built.dio)
  files.invlock.set(built.file, taken(0, ADMIN, false))
  truncateWaitsForPage(built)
  standsAt(built.app, STEP.invlock, [built.file], built.dio)
  const chain = blockedChain(arena, built.run, ADMIN)
  expect(chain.end).toBe('cycle')
  expect(chain.cycle).toEqual([ADMIN, APP])
  expect(chain.links.at(-1)).toEqual({
    text: 'a cycle: admin waits for page F:0 (pmem0, pfn 0x80000) to become idle, held by app, who waits for invlock of F, held by admin',
    at: { kind: 'operation', value: 'admin.1' }
  })
})

test('a mapping keeps a waiter only where mappings count', () => {
  for (const counts of [false, true]) {
    const built = mountedByHand(counts)
    processes.pte.assign(built.process, 0x100, 1, processes.pte.valueOf('write'))
    processes.pfnDelta.assign(built.process, 0x100, 1, BLOCK_0 - 0x100)
    hosts.maps.add(built.host, BLOCK_0, 1, 1)
    if (counts) hosts.refs.add(built.host, BLOCK_0, 1, 1)
    truncateWaitsForPage(built)
    expect(blockedChain(arena, built.run, ADMIN).end).toBe(counts ? 'mapping' : 'work')
  }
})

test('locals are read from the running frame', () => {
  const built = mountedByHand()
  holdByHand(built, 'pin', BLOCK_0 + 2, 1, requestByHand(built, 'running', 1), built.dio)
  standsAt(built.admin, STEP.pageIdle, [9, 9, 9, built.file, BLOCK_0 + 2], built.truncate)
  actors.frame.set(built.admin, 3)
  expect(waitsOf(arena, built.run, ADMIN).map(({ text }) => text)).toEqual(['page F:2 (pmem0, pfn 0x80002) to become idle'])
})

test('shared lock owners are all named, and a request waits for its drive', () => {
  const built = mountedByHand()
  requestByHand(built, 'submitted', 1)
  files.iolock.set(built.file, taken(taken(0, APP, true), 2, true))
  standsAt(built.admin, STEP.iolock, [built.file], built.truncate)
  standsAt(built.app, STEP.landed, [built.dio], built.dio)
  expect(waitGraph(arena, built.run).map(({ from, to, text }) => `${from}→${to} ${text}`)).toEqual([
    '0→1 iolock of F, held by app', '0→2 iolock of F, held by nvme0', '1→2 nvme0 to complete app.1, in the queue of nvme0'
  ])
})
