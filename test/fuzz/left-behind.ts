import { TABLES } from '../../src-shared/state/all-tables'
import { arena } from '../../src-shared/state/arena'
import { buffers } from '../../src-shared/state/buffer-tables'
import { holdersOf } from '../../src-shared/state/lock'
import { runsIn } from '../../src-shared/state/page-runs'
import { regions } from '../../src-shared/state/rdma-tables'
import { actors, holders, hosts, pipes, processes, requests } from '../../src-shared/state/tables'
import { nameOfRow } from '../../src-shared/trace/names'
import type { RunDescription } from '../../src-shared/trace/run-description'

/**
 * Where nobody goes on, every hold has somebody who keeps it: an MR, an open pipe, a request on its way, a buffer of the kernel, or an
 * operation that is still going on (spec 10.3); what a process is charged are its registrations and buffers (spec S18); and nobody
 * who has ended has a lock.
 */
export function leftBehind(run: RunDescription): readonly string[] {
  const going = new Set(run.actors.map(({ row }) => actors.op.get(row)).filter((op) => op !== 0))
  const lost = holders.$.rows().filter((holder) => holders.how.get(holder) !== 0 && !going.has(holders.op.get(holder)) && !isKept(holder, wordOf(run, holders.op.get(holder))))
  const leaked = [...runsIn(arena, run.host, hosts.anon.field)].filter(({ first, count }) => hosts.refs.find(run.host, first, first + count, (refs) => refs === 0) >= 0)
  const charged = going.size > 0 ? [] : run.processes.filter(({ row }) => processes.pinnedVm.get(row) !== chargesOf(run, row))
  const locked = TABLES.flatMap(({ id, columns }) => columns.filter(({ spec }) => spec.kind === 'lock').flatMap((column) =>
    arena.dictionary.rowsIn(id).filter((row) => holdersOf(column.get(row)).some((actor) => actors.pc.get(run.actors[actor]!.row) === 0)).map(() => `${column.table}.${column.name}`)))
  return [
    ...locked.map((name) => `left locked: ${name} is held by somebody who has ended`),
    ...lost.map((holder) => `left behind: ${nameOfRow(arena, run, holders.keeper.get(holder))} of ${nameOfRow(arena, run, holders.op.get(holder))} keeps a hold that nobody will release`),
    ...leaked.map(({ first, count }) => `leak: anonymous frames ${first}+${count} have no reference and are not free`),
    ...charged.map(({ name, row }) => `charge: ${name} is charged ${processes.pinnedVm.get(row)} pages, its registrations and buffers make ${chargesOf(run, row)}`),
  ]
}

/** A driver that takes pages of its device for itself has them for good, and so has whoever takes stray references and does not put them. */
const KEEPS_FOR_EVER: ReadonlySet<string> = new Set(['gpu-alloc', 'gpu-fill', 'get-page', 'p2p-get'])
const wordOf = (run: RunDescription, op: number): string => run.operations.find(({ row }) => row === op)?.word ?? ''

function isKept(holder: number, word: string): boolean {
  const keeper = holders.keeper.get(holder)
  switch (arena.w[keeper]) {
    case regions.$.id: return regions.state.nameIn(arena, keeper) === 'valid' && regions.op.get(keeper) === holders.op.get(holder)
    case pipes.$.id: return pipes.closed.get(keeper) === 0
    case requests.$.id: return requests.state.get(keeper) !== 0
    case buffers.$.id: return buffers.state.nameIn(arena, keeper) === 'registered'
    default: return KEEPS_FOR_EVER.has(word)
  }
}

const chargesOf = (run: RunDescription, process: number): number =>
  run.regions.reduce((sum, { row }) => sum + (regions.process.get(row) === process ? regions.charged.get(row) : 0), 0)
  + buffers.$.rows().reduce((sum, row) => sum + (buffers.process.get(row) === process ? buffers.charged.get(row) : 0), 0)
