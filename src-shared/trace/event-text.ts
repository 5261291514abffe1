import { errnoName } from '../domain/errno';
import { pmdFallbackText } from '../domain/pmd-fallback';
import { signalName } from '../domain/signal';
import type { State } from '../state/arena';
import type { Row } from '../state/dictionary';
import { targetRequests } from '../state/nvmet-tables';
import { ioQueues, p2pRoutes } from '../state/p2p-tables';
import { holders, mappings, operations } from '../state/tables';
import { LEASE_TYPES } from '../state/vfs-tables';
import { QP_STATES, WC_STATUSES } from '../state/rdma-tables';
import { PMD_PAGES } from '../units/pages';
import { showPages } from '../units/show';
import { contentText } from './content';
import { EVENTS, type EventKind, type TraceEvent } from './event';
import { gpuName } from './device-memory-names';
import { stayText } from './migration-text';
import { actorName, fileName, filesystemName, frameName, framePlace, memoryOf, nameOfRow, operationName, operationText, processName } from './names';
import type { RunDescription } from './run-description';

/** Where an event stands: whose step said it, and the state to name frames by (after that step, or nearby). */
export interface EventPlace {
  readonly run: RunDescription;
  readonly state: State;
  /** Index of the actor that took the step. */
  readonly actor: number;
}

type Args<K extends EventKind> = { readonly [Name in (typeof EVENTS)[K][number]]: number };
type Sentence<K extends EventKind> = (of: Args<K>, here: EventPlace) => string;

/** One sentence per kind; a kind without one does not compile. */
const SENTENCES: { readonly [K in EventKind]: Sentence<K> } = {
  'operation-started': (of, here) => `${self(here)} begins ${titleOf(here, of.operation)}`,
  'operation-returned': (of, here) => (of.errno === 0
    ? `${titleOf(here, of.operation)} returns ${of.result}`
    : `${titleOf(here, of.operation)} fails with ${errnoName(of.errno)}`),
  'operation-killed': (of, here) => `${titleOf(here, of.operation)} is ended by ${signalName(of.signal)}`,
  'page-faulted': (of, here) => `${processOf(here, of.process)} ${of.write === 1 ? 'write' : 'read'}-faults ${virtualPage(here, of.process, of.vpn)}: page ${frame(here, of.pfn)} is mapped`,
  'fault-failed': (of, here) => `${processOf(here, of.process)} gets ${signalName(of.signal)} for ${virtualPage(here, of.process, of.vpn)}`,
  'reference-taken': (of, here) => `${holderOf(here, of.holder)} takes a reference on ${frames(here, of.pfn, of.pages)}`,
  'pin-taken': (of, here) => `${holderOf(here, of.holder)} pins ${frames(here, of.pfn, of.pages)}`,
  'pin-refused': (of, here) => `${self(here)} may not pin ${virtualPage(here, of.process, of.vpn)}: ${errnoName(of.errno)}`,
  'hold-released': (of, here) => `${holderOf(here, of.holder)} lets go of ${frames(here, of.pfn, of.pages)}`,
  'unheld-released': (of, here) => `${self(here)} drops ${frames(here, of.pfn, of.pages)}, which it has never taken`,
  'page-idle': (of, here) => `${frames(here, of.pfn, of.pages)} ${of.pages === 1 ? 'is' : 'are'} idle`,
  'file-unmapped': (of, here) => `${showPages(of.pages)} of ${fileOf(here, of.file)} unmapped everywhere`,
  'range-unmapped': (of, here) => `${processOf(here, of.process)} unmaps ${showPages(of.pages)} from ${virtualPage(here, of.process, of.vpn)}`,
  'layout-wait': (of, here) => `${self(here)} waits: page ${frame(here, of.pfn)} is held`,
  'layout-retry': (of, here) => `${self(here)} scans ${fileOf(here, of.file)} again from its first page`,
  'layout-refused': (of, here) => `${self(here)} is refused with ${errnoName(of.errno)}: page ${frame(here, of.pfn)} is held`,
  'blocks-allocated': (of, here) => `${showPages(of.pages)} allocated to ${fileOf(here, of.file)}:${of.index}, zeroed`,
  'blocks-freed': (of, here) => `${showPages(of.pages)} of ${fileOf(here, of.file)} freed: reusable once the log commits`,
  'blocks-busy': (of, here) => `${showPages(of.pages)} of ${fileOf(here, of.file)} freed, but busy: a device holds them`,
  'busy-extent-cleared': (of, here) => `${showPages(of.pages)} of ${filesystemName(here.run, of.filesystem)} may be allocated again`,
  'allocation-failed': (of, here) => `no block for ${fileOf(here, of.file)}: ${errnoName(of.errno)}`,
  'log-committed': (of, here) => `the log of ${filesystemName(here.run, of.filesystem)} commits`,
  'size-changed': (of, here) => `${fileOf(here, of.file)} is ${showPages(of.pages)} long now`,
  'request-submitted': (of, here) => `${operationName(here.run, of.operation)} submitted: ${showPages(of.pages)}`,
  'request-completed': (of, here) => `${self(here)} completes ${operationName(here.run, of.operation)}${of.errno === 0 ? '' : ` with ${errnoName(of.errno)}`}`,
  'dma-write-landed': (of, here) => `${actorOf(here, of.actor)} writes ${frames(here, of.pfn, of.pages)} by DMA (${contentText(here.run, of.tag)})`,
  'dma-read-done': (of, here) => `${actorOf(here, of.actor)} reads ${frames(here, of.pfn, of.pages)} by DMA`,
  'store-landed': (of, here) => `${processOf(here, of.process)} stores to ${frame(here, of.pfn)} through ${virtualPage(here, of.process, of.vpn)} (${contentText(here.run, of.tag)})`,
  'load-done': (of, here) => `${processOf(here, of.process)} loads ${contentText(here.run, of.content)} from ${frame(here, of.pfn)}`,
  'file-written': (of, here) => `${showPages(of.pages)} of ${fileOf(here, of.file)} written from page ${of.index} (${contentText(here.run, of.tag)})`,
  'mr-registered': (of, here) => `${nameOfRow(here.state, here.run, of.mr)} registered over ${showPages(of.pages)}`,
  'mr-refused': (of, here) => `registration by ${operationName(here.run, of.operation)} refused with ${errnoName(of.errno)}`,
  'mr-deregistered': (of, here) => `${nameOfRow(here.state, here.run, of.mr)} deregistered`,
  'packet-sent': (of, here) => `${operationName(here.run, of.operation)} posts ${operationText(here.run, of.operation)}`,
  'work-completed': (of, here) => `${operationName(here.run, of.operation)} completes with ${WC_STATUSES[of.status] ?? of.status}`,
  'signal-sent': (of, here) => `${self(here)} sends ${signalName(of.signal)} to ${actorOf(here, of.actor)}`,
  'signal-delivered': (of, here) => `${actorOf(here, of.actor)} gets ${signalName(of.signal)}`,
  'process-forked': (of, here) => `${processOf(here, of.parent)} forks ${processOf(here, of.child)}`,
  'folios-moved': (of, here) => `${showPages(of.pages)} ${of.pages === 1 ? 'moves' : 'move'} from ${frame(here, of.from)} to ${frame(here, of.to)}`,
  'folios-stay': (of, here) => `${showPages(of.pages)} ${of.pages === 1 ? 'stays' : 'stay'} at ${frame(here, of.pfn)}: the refcount is ${of.refs}`,
  'process-exited': (of, here) => `${processOf(here, of.process)} has exited`,
  'pgmap-gone': (of, here) => `${nameOfRow(here.state, here.run, of.pgmap)} is gone, and the struct pages of its range`,
  'gone-page-used': (of, here) => `${self(here)} touches page ${frame(here, of.pfn)}, whose struct page is gone`,
  'driver-unbound': (of, here) => `the driver of ${here.run.nodes[of.node] ?? of.node} is unbound`,
  'p2p-route-found': (of, here) => `${nameOfRow(here.state, here.run, of.route)}: ${p2pRoutes.type.spec.names?.[of.type] ?? of.type}, distance ${of.distance}`,
  'p2p-mapped': (of, here) => (of.errno === 0 ? `${showPages(of.pages)} mapped for the ${nameOfRow(here.state, here.run, of.route)}` : `no address of ${showPages(of.pages)} for the ${nameOfRow(here.state, here.run, of.route)}: ${errnoName(of.errno)}`),
  'target-provider': (of, here) => (of.node === 0 ? `${nameOfRow(here.state, here.run, of.controller)} uses host memory` : `${nameOfRow(here.state, here.run, of.controller)} uses the memory of ${here.run.nodes[of.node - 1] ?? of.node}`),
  'target-fell-back': (of, here) => `no peer-to-peer memory for the ${showPages(of.pages)} of ${operationName(here.run, of.operation)}: it takes host memory`,
  'target-answered': (of, here) => `the target answers ${operationName(here.run, of.operation)}: ${targetRequests.status.spec.names?.[of.status] ?? of.status}`,
  'p2p-allocated': (of, here) => `${showPages(of.pages)} of peer-to-peer memory from ${frame(here, of.pfn)} for the ${nameOfRow(here.state, here.run, of.allocation)}`,
  'p2p-freed': (of, here) => `${showPages(of.pages)} of peer-to-peer memory from ${frame(here, of.pfn)} are the pool’s again`,
  'p2p-provider-found': (of, here) => (of.node === 0 ? `${operationName(here.run, of.operation)} finds no peer-to-peer memory` : `${operationName(here.run, of.operation)} finds the memory of ${here.run.nodes[of.node - 1] ?? of.node}`),
  'queue-placed': (of, here) => `${nameOfRow(here.state, here.run, of.queue)} lies in ${ioQueues.place.spec.names?.[of.place] ?? of.place}`,
  'qp-state': (of, here) => `${nameOfRow(here.state, here.run, of.qp)} goes to ${QP_STATES[of.state] ?? of.state}`,
  'dmabuf-exported': (of, here) => `${nameOfRow(here.state, here.run, of.buffer)} of ${showPages(of.pages)} exported`,
  'dmabuf-moved': (of, here) => `${nameOfRow(here.state, here.run, of.buffer)} is ${frames(here, of.pfn, of.pages)} from now on, once the copy is done`,
  'dmabuf-revoked': (of, here) => `${nameOfRow(here.state, here.run, of.buffer)} is taken away from its importers`,
  'importer-notified': (of, here) => `${nameOfRow(here.state, here.run, of.mr)} drops its entries: its buffer moves (move_notify)`,
  'move-notify-warned': (of, here) => `move_notify of ${nameOfRow(here.state, here.run, of.mr)}, which has its buffer pinned: a warning, and it keeps what it has`,
  'dmabuf-refused': (of, here) => `${nameOfRow(here.state, here.run, of.buffer)}: refused with ${errnoName(of.errno)}`,
  'nic-fault-failed': (of, here) => `page ${of.page} of ${nameOfRow(here.state, here.run, of.mr)} cannot be brought in for the NIC`,
  'cq-overrun': (of, here) => `${nameOfRow(here.state, here.run, of.cq)} is full: a completion is lost and its queue pair breaks`,
  'writeback-begun': (of, here) => `writeback of ${showPages(of.pages)} of ${fileOf(here, of.file)} from page ${of.index} begins: clean, write-protected`,
  'writeback-ended': (of, here) => `${showPages(of.pages)} of ${fileOf(here, of.file)} from page ${of.index} ${of.pages === 1 ? 'is' : 'are'} on the medium`,
  'writeback-skipped': (of, here) => `writeback skips ${showPages(of.pages)} of ${fileOf(here, of.file)} from page ${of.index}: pinned`,
  'checksum-mismatch': (of, here) => `${showPages(of.pages)} of ${fileOf(here, of.file)} from page ${of.index} changed between checksum and medium`,
  'unexpected-dirty': (of, here) => `${showPages(of.pages)} of ${fileOf(here, of.file)} from page ${of.index} became dirty without the file system having been asked`,
  'folio-kept': (of, here) => `reclaim keeps ${showPages(of.pages)} of ${fileOf(here, of.file)} from page ${of.index}: maybe pinned`,
  'folio-stripped': (of, here) => `reclaim takes the file-system data from ${showPages(of.pages)} of ${fileOf(here, of.file)} from page ${of.index}, which stay: somebody holds them`,
  'invariant-violated': (of, here) => `${here.run.invariants[of.invariant]?.id ?? 'an invariant'} violated: ${here.run.invariants[of.invariant]?.sentence ?? ''}`,
  'file-opened': (of, here) => `${fileOf(here, of.file)} is opened${of.write === 1 ? ' for writing' : ''}`,
  'file-closed': (of, here) => `${fileOf(here, of.file)} is closed: the last user of an open file description is gone`,
  'file-created': (of, here) => `${fileOf(here, of.file)} is created`,
  'inode-evicted': (of, here) => `the inode of ${fileOf(here, of.file)} is gone`,
  'lease-taken': (of, here) => `${self(here)} takes ${nameOfRow(here.state, here.run, of.lease)} (${leaseTypeName(of.type)})`,
  'lease-break-sent': (of, here) => `${self(here)} breaks ${nameOfRow(here.state, here.run, of.lease)}: it has to go down to ${leaseTypeName(of.type)}`,
  'lease-signal-handled': (of, here) => `the handler of ${operationName(here.run, of.operation)} runs: F_GETLEASE says ${leaseTypeName(of.type)}`,
  'lease-forced': (of, here) => `the deadline of ${nameOfRow(here.state, here.run, of.lease)} has passed: it is forced down to ${leaseTypeName(of.type)}`,
  'lease-released': (of, here) => `${nameOfRow(here.state, here.run, of.lease)} is gone`,
  'page-collected': (of, here) => `${self(here)} locks ${showPages(of.pages)} from ${virtualPage(here, of.process, of.vpn)} and leaves migration entries`,
  'page-not-moved': (of, here) => `${showPages(of.pages)} from ${placeOf(here, of.process, of.vpn)} ${of.pages === 1 ? 'stays' : 'stay'}: ${stayText(of.reason)}`,
  'pages-copied': (of, here) => `${self(here)} copies ${frames(here, of.from, of.pages)} to ${frame(here, of.to)} by DMA`,
  'pages-moved': (of, here) => `${showPages(of.pages)} from ${placeOf(here, of.process, of.vpn)} ${of.pages === 1 ? 'is' : 'are'} at ${framePlace(here.state, here.run, of.to)} now`,
  'range-migrated': (of, here) => `${self(here)} moved ${of.moved} of ${showPages(of.pages)} from ${virtualPage(here, of.process, of.vpn)}`,
  'folio-split': (of, here) => `the huge page ${frame(here, of.pfn)} is split into ${showPages(of.pages)}`,
  'device-page-freed': (of, here) => `${frames(here, of.pfn, of.pages)} of ${memoryOf(here.run, of.pfn)?.node ?? 'a device'} ${of.pages === 1 ? 'is' : 'are'} free`,
  'device-fault-done': (of, here) => `the fault of ${processOf(here, of.process)} on ${virtualPage(here, of.process, of.vpn)} is over${of.errno === 0 ? '' : ` with ${errnoName(of.errno)}`}; the page was ${frame(here, of.pfn)}`,
  'device-evicted': (of, here) => `${gpuName(here.run, of.gpu)} gave ${showPages(of.moved)} back to RAM`,
  'device-mapped': (of, here) => `${gpuName(here.run, of.gpu)} maps ${showPages(of.pages)} from ${virtualPage(here, of.process, of.vpn)}`,
  'device-retries': (of, here) => `an invalidation came between: ${gpuName(here.run, of.gpu)} reads ${virtualPage(here, of.process, of.vpn)} again`,
  'page-exclusive': (of, here) => `${gpuName(here.run, of.gpu)} has ${virtualPage(here, of.process, of.vpn)} for itself: ${frame(here, of.pfn)}`,
  'file-read': (of, here) => `${showPages(of.pages)} of ${fileOf(here, of.file)} read from page ${of.index} (${contentText(here.run, of.content)})`,
  'fault-zeroed': (of, here) => `${showPages(of.pages)} of ${fileOf(here, of.file)} zeroed from page ${of.index}`,
  'layout-shifted': (of, here) => `all blocks of ${fileOf(here, of.file)} from page ${of.index} on move by ${of.pages} pages`,
  'blocks-shared': (of, here) => `${showPages(of.pages)} shared with ${fileOf(here, of.file)}:${of.index}`,
  'blocks-unshared': (of, here) => `${fileOf(here, of.file)}:${of.index} has ${showPages(of.pages)} of its own: copies`,
  'dax-state-read': (of, here) => `DAX is ${of.dax === 1 ? 'in' : 'not in'} effect for ${fileOf(here, of.file)}`,
  'power-failed': () => 'the power fails: processes, page tables, page cache, pins and queues are gone',
  'operation-lost': (of, here) => `${titleOf(here, of.operation)} is lost with the power`,
  'stores-lost': (of, here) => `stores to ${showPages(of.pages)} of ${memoryOf(here.run, of.pfn)?.node ?? 'persistent memory'} were in CPU caches alone: lost`,
  'file-replayed': (of, here) => `${fileOf(here, of.file)} is ${showPages(of.pages)} long by the log, with blocks behind ${of.blocks} of them`,
  'log-replayed': (of, here) => `the log of ${filesystemName(here.run, of.filesystem)} is replayed`,
  'machine-booted': (of) => `the machine has booted again${of.boot > 1 ? `, for the ${of.boot}th time` : ''}`,
  'filesystem-shut-down': (of, here) => `${filesystemName(here.run, of.filesystem)} is shut down: its log writes nothing any more`,
  'pmd-mapped': (of, here) => `${processOf(here, of.process)} maps ${showPages(of.pages)} from ${virtualPage(here, of.process, of.vpn)} by ${of.pages === PMD_PAGES ? 'one PMD' : `${of.pages / PMD_PAGES} PMDs`}: ${frame(here, of.pfn)} and on`,
  'pmd-fell-back': (of, here) => `${processOf(here, of.process)} falls back to 4 KiB at ${virtualPage(here, of.process, of.vpn)}: ${pmdFallbackText(of.reason)}`,
  'pmd-entry-downgraded': (of, here) => `the 2 MiB entry of ${fileOf(here, of.file)}:${of.index} has no block and goes: entries of 4 KiB follow`,
};

/** What an event says, in one sentence without a full stop. */
export function eventText(event: TraceEvent, here: EventPlace): string {
  const of = Object.fromEntries(EVENTS[event.kind].map((name, at) => [name, event.args[at] ?? 0]));
  // Args follow from the kind, which the union of kinds cannot express.
  const sentence = SENTENCES[event.kind] as (of: Readonly<Record<string, number>>, here: EventPlace) => string;
  return sentence(of, here);
}

const leaseTypeName = (type: number): string => LEASE_TYPES[type] ?? String(type);
const self = ({ run, actor }: EventPlace): string => actorName(run, actor);
const titleOf = ({ run }: EventPlace, operation: Row): string => `${operationName(run, operation)} ${operationText(run, operation).replace(/ by [^ ]+$/, '')}`;
const processOf = ({ run }: EventPlace, process: Row): string => processName(run, process);
const fileOf = ({ run }: EventPlace, file: Row): string => fileName(run, file);
const frame = ({ state, run }: EventPlace, pfn: number): string => frameName(state, run, pfn);
const holderOf = ({ run, state }: EventPlace, holder: Row): string => operationName(run, holders.op.in(state, holder));

function frames(here: EventPlace, pfn: number, pages: number): string {
  return pages === 1 ? `page ${frame(here, pfn)}` : `${showPages(pages)} from ${frame(here, pfn)}`;
}

/** Devices name themselves by index; rows are accepted too, being larger than any index. */
function actorOf({ run }: EventPlace, actor: number): string {
  return run.actors[actor]?.name ?? run.actors.find(({ row }) => row === actor)?.name ?? `actor ${actor}`;
}

/** A page that moves: by virtual page, or by frame where a device gives back what it has. */
const placeOf = (here: EventPlace, process: Row, vpn: number): string => (process === 0 ? `page ${frame(here, vpn)}` : virtualPage(here, process, vpn));

/** "page 3 of a" for a virtual page inside a mapping of the lab. */
function virtualPage({ run, state }: EventPlace, process: Row, vpn: number): string {
  for (const { row, name } of run.mappings) {
    const page = vpn - mappings.vpnFirst.in(state, row);
    if (mappings.process.in(state, row) === process && page >= 0 && page < mappings.pageCount.in(state, row)) return `page ${page} of mapping ${name}`;
  }
  return `virtual page 0x${vpn.toString(16)}`;
}

/** "returned 0", "failed with EINTR", "was killed by SIGKILL": how an operation ended. */
export function outcomeText(state: State, operation: Row): string {
  const killedBy = operations.killedBy.in(state, operation);
  if (killedBy !== 0) return `was ended by ${signalName(killedBy)}`;
  const errno = operations.errno.in(state, operation);
  return errno === 0 ? `returned ${operations.result.in(state, operation)}` : `failed with ${errnoName(errno)}`;
}
