import { expect, test } from 'vitest'
import type { Lab } from '../../../src-shared/lab/lab'
import type { Diagnostic, EngineRun, Request } from '../../../src-shared/protocol/commands'
import type { RunRefusal } from '../../../src-shared/protocol/host-messages'
import { reportCommands } from '../../../src-main/app/report-commands'
import { runCommands } from '../../../src-main/app/run-commands'
import { compare } from '../../../src-main/host/compare-policies'
import { labOnArrival } from '../../../src-main/host/lab-on-arrival'
import { catalogue, runLab } from '../../../src-main/sim/assemble'
import { readLab } from '../../../src-main/storage/lab-file'

const text = `# a lab of a test
version: 1
title: Lost
topology:
  nodes:
    cpu0: { kind: cpu }
    node0: { kind: host-memory, size: 1 MiB }
    rc0: { kind: root-complex }
  links:
    - { from: cpu0.memory, to: node0 }
actors:
  A:
    ops:
      - mmap: { name: m }
      # the NIC is missing
      - ibv-reg: { name: r, mapping: m }
`

function documentOf(from: string): Lab {
  const read = readLab(from, 'lost.lab.yaml', catalogue())
  if (!read.ok) throw new Error(JSON.stringify(read.refusal))
  return read.value.lab
}

/** The engine, without the process around it. */
function refusalOf({ lab, ...request }: EngineRun): Promise<RunRefusal> {
  const arrived = labOnArrival(lab)
  if (!arrived.ok) return Promise.resolve({ kind: 'refused', problems: arrived.refusal, isLab: false })
  const result = runLab(arrived.value, request, () => undefined)
  if (result.ok) throw new Error('the lab runs')
  return Promise.resolve({ kind: 'refused', problems: result.refusal, isLab: true })
}

const request = (lab: unknown): Request<'run.start'> => ({ lab: lab as Record<string, unknown>, name: 'lost.lab.yaml', text, policy: null, seed: null, schedule: null })

async function refused(lab: unknown): Promise<readonly Diagnostic[]> {
  const reply = await runCommands({ run: refusalOf, compare: (asked) => Promise.resolve(compare(asked)) })['run.start'](request(lab))
  if (reply.kind !== 'refused') throw new Error('the lab runs')
  return reply.diagnostics
}

/** Line of the first occurrence, from 1. */
const lineOf = (part: string): number => text.slice(0, text.indexOf(part)).split('\n').length

test('a run that is refused says where in the text', async () => {
  const [first] = await refused(documentOf(text))
  expect(first).toMatchObject({ severity: 'error', file: 'lost.lab.yaml', line: lineOf('- ibv-reg'), message: expect.stringMatching(/rdma-nic/) as string })
  expect(first?.column).toBeGreaterThan(1)
})

test('of a document that was edited since, it says where it would stand in the file', async () => {
  const lab = documentOf(text)
  const ops = [{ word: 'wait', parameters: { for: '1 us' } }, { word: 'load', parameters: { mapping: 'm' } }, ...lab.actors['A']!.ops]
  const [first] = await refused({ ...lab, actors: { A: { ops } } })
  expect(first?.line).toBe(lineOf('- ibv-reg') + 2)
})

test('a document without the shape of a lab is refused with the best place there is', async () => {
  const [first] = await refused({ title: 7 })
  expect(first).toMatchObject({ file: 'lost.lab.yaml', message: expect.any(String) as string })
  expect(first?.line).toBeGreaterThanOrEqual(1)
})

test('a report of a lab that does not run is refused with the same place', async () => {
  const commands = reportCommands({ record: refusalOf }, { toWrite: () => Promise.resolve('/never/written.html') }, '0')
  await expect(commands['report.export']({ ...request(documentOf(text)), path: null })).rejects.toThrow(`lost.lab.yaml:${lineOf('- ibv-reg')}:`)
})

test('a comparison that is refused says where in the text, as a run does', async () => {
  const { policy: _policy, schedule: _schedule, ...asked } = request(documentOf(text))
  const reply = await runCommands({ run: refusalOf, compare: (compared) => Promise.resolve(compare(compared)) })['compare.start']({ ...asked, policies: 'all' })
  expect(reply).toMatchObject({ kind: 'refused', diagnostics: [{ line: lineOf('- ibv-reg') }] })
})

test('policies that make no sense are told in words, not as a place in the lab', async () => {
  const { policy: _policy, schedule: _schedule, ...asked } = request(documentOf(text))
  const reply = await runCommands({ run: refusalOf, compare: (compared) => Promise.resolve(compare(compared)) })['compare.start']({ ...asked, policies: 'linux-6.2' })
  expect(reply).toMatchObject({ kind: 'unclear', message: expect.stringContaining('Unknown preset "linux-6.2"') as string })
})
