import type { State } from '../state/arena';
import type { Row } from '../state/dictionary';
import { valueAt } from '../state/page-runs';
import { buffers, pageMoves, users } from '../state/buffer-tables';
import { movers } from '../state/mover-tables';
import { bioPages } from '../state/bio-tables';
import { cacheLosses } from '../state/cache-tables';
import { memoryBlocks } from '../state/placement-tables';
import { accesses, actors, busyExtents, counters, drives, files, filesystems, holders, hosts, links, mappings, operations, pipes, processes, requests } from '../state/tables';
import { descriptors, leaseHandlers, leases, leaseSettings, openFiles } from '../state/vfs-tables';
import { power } from '../state/power-tables';
import { completionQueues, dmabufs, nics, protectionDomains, queuePairs, regions, windows, workRequests } from '../state/rdma-tables';
import { showPfn } from '../units/show';
import { DEVICE_MEMORY_NAMERS } from './device-memory-names';
import { P2P_NAMERS } from './pgmap-names';
import type { RunDescription, RunMemory } from './run-description';

const NOBODY = 'nobody';
/** The zero page and the huge zero page stand at the lowest frames. */
const ZERO_FRAMES = 1024;

/** "pmem0" of the device that a frame belongs to. */
export const memoryOf = (run: RunDescription, pfn: number): RunMemory | undefined =>
  run.memories.find(({ firstPfn, pageCount }) => firstPfn <= pfn && pfn < firstPfn + pageCount);

/** "F:1 (pmem0, pfn 0x80001)" where a file owns the block, else "0x80001 (pmem0)". */
export function framePlace(state: State, run: RunDescription, pfn: number): string {
  const node = memoryOf(run, pfn)?.node;
  const named = frameName(state, run, pfn);
  const where = named === showPfn(pfn) ? [node] : [node, `pfn ${showPfn(pfn)}`];
  const known = where.filter(part => part !== undefined).join(', ');
  return known === '' ? named : `${named} (${known})`;
}

/** "F:1" where a file owns the block or the frame is its page cache, else its pfn. */
export function frameName(state: State, run: RunDescription, pfn: number): string {
  const owner = valueAt(state, run.host, hosts.owner.field, pfn);
  if (owner > 0) return filePage(run, owner, pfn + valueAt(state, run.host, hosts.ownerDelta.field, pfn));
  const cacheOf = cacheOwner(state, run, pfn);
  return cacheOf > 0 ? filePage(run, cacheOf, pfn + valueAt(state, run.host, hosts.indexDelta.field, pfn)) : plainFrame(pfn);
}

function plainFrame(pfn: number): string {
  if (pfn >= ZERO_FRAMES) return showPfn(pfn);
  return pfn < ZERO_FRAMES / 2 ? 'zero page' : 'huge zero page';
}

const PAGE_CACHE = hosts.use.valueOf('page cache');

/** Number of the file whose page cache a frame is; 0 if of none. */
export const cacheOwner = (state: State, run: RunDescription, pfn: number): number =>
  (valueAt(state, run.host, hosts.use.field, pfn) === PAGE_CACHE ? valueAt(state, run.host, hosts.mapping.field, pfn) : 0);

const filePage = (run: RunDescription, owner: number, index: number): string => `${run.files[owner - 1]?.name ?? `file ${owner}`}:${index}`;

/** Name of the n-th actor. */
export const actorName = (run: RunDescription, nth: number): string => run.actors[nth]?.name ?? `actor ${nth}`;

const nameIn = (rows: readonly { readonly row: Row; readonly name: string }[], row: Row): string | undefined => rows.find(named => named.row === row)?.name;

export const operationName = (run: RunDescription, row: Row): string => nameIn(run.operations, row) ?? NOBODY;

/** "ftruncate F to 0 B by admin". */
export function operationText(run: RunDescription, row: Row): string {
  const operation = run.operations.find(candidate => candidate.row === row);
  return operation === undefined ? NOBODY : `${operation.text} by ${actorName(run, operation.actor)}`;
}

export const fileName = (run: RunDescription, row: Row): string => nameIn(run.files, row) ?? `file at ${row}`;
export const processName = (run: RunDescription, row: Row): string => nameIn(run.processes, row) ?? `process at ${row}`;

/** The memory device that a file system lies on names it. */
export const filesystemName = (run: RunDescription, row: Row): string => run.memories.find(({ fs }) => fs === row)?.node ?? nameIn(run.driveFilesystems, row) ?? `file system at ${row}`;

/** "F:1+4": frames as pages of the file that owned them when the hold was taken. */
export function heldPages(state: State, run: RunDescription, holder: Row): string {
  const first = holders.pfnFirst.in(state, holder);
  const count = holders.pageCount.in(state, holder);
  const owner = holders.owner.in(state, holder);
  const from = owner > 0 ? filePage(run, owner, first + holders.ownerDelta.in(state, holder)) : plainFrame(first);
  return count === 1 ? from : `${from}+${count}`;
}

/** "reference", "short-term pin" or "long-term pin". */
export function holdWord(how: string): string {
  if (how === 'get') return 'reference';
  return how === 'longterm' ? 'long-term pin' : 'short-term pin';
}

/** What keeps a hold: "MR m1", "O_DIRECT request of app.1", "pipe p"; its operation where nothing else does. */
export function keeperName(state: State, run: RunDescription, holder: Row): string {
  const keeper = holders.keeper.in(state, holder);
  return keeper === 0 ? operationName(run, holders.op.in(state, holder)) : nameOfRow(state, run, keeper);
}

/** "lease of H on F": the task that opened the file has it. */
function leaseName(state: State, run: RunDescription, lease: Row): string {
  const open = leases.open.in(state, lease);
  const opened = run.operations.find(({ row }) => row === openFiles.op.in(state, open));
  const file = leases.file.in(state, lease);
  return `${leases.kind.in(state, lease) === 0 ? 'lease' : 'layout lease'} of ${opened === undefined ? NOBODY : actorName(run, opened.actor)}${file === 0 ? '' : ` on ${fileName(run, file)}`}`;
}

type Namer = (state: State, run: RunDescription, row: Row) => string;

const NAMERS: ReadonlyMap<number, Namer> = new Map<number, Namer>([
  [actors.$.id, (_, run, row) => nameIn(run.actors, row) ?? NOBODY],
  [operations.$.id, (_, run, row) => `${operationName(run, row)}: ${operationText(run, row)}`],
  [hosts.$.id, (state, _, row) => `host ${hosts.nth.in(state, row)}`],
  [filesystems.$.id, (_, run, row) => `file system on ${filesystemName(run, row)}`],
  [files.$.id, (_, run, row) => `file ${fileName(run, row)}`],
  [busyExtents.$.id, (state, run, row) => `busy extent ${showPfn(busyExtents.firstPfn.in(state, row))}+${busyExtents.pageCount.in(state, row)} on ${filesystemName(run, busyExtents.fs.in(state, row))}`],
  [processes.$.id, (_, run, row) => `process ${processName(run, row)}`],
  [mappings.$.id, (_, run, row) => `mapping ${nameIn(run.mappings, row) ?? row}`],
  [holders.$.id, (state, run, row) => `${holdWord(holders.how.nameIn(state, row))} by ${operationName(run, holders.op.in(state, row))} on ${heldPages(state, run, row)}`],
  [pipes.$.id, (_, run, row) => `pipe ${nameIn(run.pipes, row) ?? row}`],
  [requests.$.id, (state, run, row) => `O_DIRECT request of ${operationName(run, requests.op.in(state, row))}`],
  [bioPages.$.id, (state, run, row) => `piece ${bioPages.piece.in(state, row)} of the bio of ${operationName(run, bioPages.op.in(state, row))}`],
  [drives.$.id, (_, run, row) => nameIn(run.devices, row) ?? `drive at ${row}`],
  [nics.$.id, (_, run, row) => nameIn(run.devices, row) ?? `NIC at ${row}`],
  [regions.$.id, (_, run, row) => `MR ${nameIn(run.regions, row) ?? row}`],
  [queuePairs.$.id, (state, run, row) => `QP ${nameIn(run.verbs, row) ?? queuePairs.nth.in(state, row)}`],
  [completionQueues.$.id, (_, run, row) => `CQ ${nameIn(run.verbs, row) ?? row}`],
  [protectionDomains.$.id, (_, run, row) => `PD ${nameIn(run.verbs, row) ?? row}`],
  [windows.$.id, (_, run, row) => `memory window ${nameIn(run.verbs, row) ?? row}`],
  [dmabufs.$.id, (_, run, row) => `dma-buf ${nameIn(run.verbs, row) ?? row}`],
  [workRequests.$.id, (state, run, row) => `${workRequests.kind.nameIn(state, row)} of ${operationName(run, workRequests.op.in(state, row))}`],
  [accesses.$.id, (state, run, row) => `accesses by ${nameOfRow(state, run, accesses.actor.in(state, row))}`],
  [links.$.id, (_, run, row) => nameIn(run.links, row) ?? `link at ${row}`],
  [counters.$.id, () => 'vm counters'],
  [cacheLosses.$.id, () => 'losses of the page cache'],
  [power.$.id, () => 'power'],
  ...DEVICE_MEMORY_NAMERS,
  [buffers.$.id, (_, run, row) => `buffers of ${nameIn(run.buffers, row) ?? row}`],
  [users.$.id, (state, _, row) => `user ${users.uid.in(state, row)}`],
  [pageMoves.$.id, (state, run, row) => `status array of ${operationName(run, pageMoves.op.in(state, row))}`],
  [movers.$.id, (state, run, row) => `folios that ${operationName(run, movers.op.in(state, row))} moves`],
  ...P2P_NAMERS,
  [memoryBlocks.$.id, (state, run, row) => `memory blocks of ${run.memories[memoryBlocks.nth.in(state, row)]?.node ?? row}`],
  [openFiles.$.id, (state, run, row) => `open file of ${operationName(run, openFiles.op.in(state, row))}`],
  [descriptors.$.id, (state, run, row) => `descriptor ${descriptors.nth.in(state, row)} of ${processName(run, descriptors.process.in(state, row))}`],
  [leases.$.id, leaseName],
  [leaseHandlers.$.id, (state, run, row) => `handler of ${operationName(run, leaseHandlers.op.in(state, row))}`],
  [leaseSettings.$.id, () => 'fs.lease-break-time'],
]);

/** What a person calls a row of any table; "nobody" for 0. */
export function nameOfRow(state: State, run: RunDescription, row: Row): string {
  if (row === 0) return NOBODY;
  return NAMERS.get(state.w[row])?.(state, run, row) ?? `row ${row}`;
}
