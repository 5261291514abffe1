import { ERRNO } from '@shared/domain/errno';
import { arena } from '@shared/state/arena';
import { pageMoves } from '@shared/state/buffer-tables';
import type { Row } from '@shared/state/dictionary';
import { memoryBlocks } from '@shared/state/placement-tables';
import { hosts, mappings, processes } from '@shared/state/tables';
import { answer } from '../engine/machine';
import { mechanism } from '../engine/mechanism';
import { every, frame } from '../engine/place';
import { call, done, fail, site } from '../engine/step';
import { kernel } from '../kernel';
import { LOOKUP_READS, mappingAt, mapsFrame, PTE } from './address-space';
import { folioAt } from './folios';
import { isHugetlb } from './gup-rules';
import { numaNodeOf, onlineOn } from './memory-blocks';
import { memoryAt } from './memory-types';
import { ISOLATE_READS, ISOLATE_TERMS, isolateFolios, migrateFolios, TO } from './migrate-folios';
import { entriesOf, RMAP_READS } from './rmap';

/** Flags of move_pages(2) and mbind(2), include/uapi/linux/mempolicy.h. */
export const MPOL = { strict: 1, move: 2, moveAll: 4 } as const;

/** `moves` is the row with the arrays; `queued` counts folios of the batch, `err` a status that ends it and the call. */
const T = frame('op', 'process', 'flags', 'moves', 'caller', 'host', 'i', 'start', 'node', 'queued', 'own', 'err', 'to');

const migrate = site(migrateFolios, T.op, T.host, T.to);
const count = (): number => pageMoves.entries.get(T.moves.v);
const vpnOf = (entry: number): number => entry + pageMoves.vpnDelta.at(T.moves.v, entry);
const nodeOf = (entry: number): number => pageMoves.node.at(T.moves.v, entry);
const isAll = (): boolean => (T.flags.v & MPOL.moveAll) !== 0;

/** Whether more than one address space maps the frame. */
export const isMappedByOthers = (pfn: number): boolean => new Set(entriesOf(pfn, 1, mapsFrame).map(({ process }) => process)).size > 1;

/** Frame behind an entry of the array, or a negative errno. */
function frameOf(vpn: number): number {
  if (mappingAt(T.process.v, vpn) === 0) return -ERRNO.EFAULT;
  const pte = processes.pte.at(T.process.v, vpn);
  if (pte === PTE.zero) return -ERRNO.EFAULT;
  if (!mapsFrame(pte)) return -ERRNO.ENOENT;
  const pfn = vpn + processes.pfnDelta.at(T.process.v, vpn);
  return memoryAt(pfn).type === 'normal' ? pfn : -ERRNO.EFAULT;
}

/** add_page_for_migration(): 1 where the folio was queued, 0 where it is there already, else a negative errno. */
function queue(vpn: number, node: number): number {
  const pfn = frameOf(vpn);
  if (pfn < 0) return pfn;
  if (numaNodeOf(pfn) === node) return 0;
  if (!isAll() && isMappedByOthers(pfn)) return -ERRNO.EACCES;
  const folio = folioAt(T.host.v, pfn);
  const isHugetlbTail = pfn !== folio.first && isHugetlb(mappings.file.get(mappingAt(T.process.v, vpn)));
  if (isHugetlbTail && kernel.policy.knobs.hugetlbTailStatus === 'EACCES') return -ERRNO.EACCES;
  return isolateFolios(T.op.v, T.host.v, pfn, 1) > 0 ? 1 : -ERRNO.EBUSY;
}

/** What a query says of an entry: its node, or that nothing is there. */
function whereIs(vpn: number): number {
  const pfn = frameOf(vpn);
  if (pfn >= 0) return numaNodeOf(pfn) + 1;
  const mapsDevice = mapsFrame(processes.pte.at(T.process.v, vpn));
  return mapsDevice ? -ERRNO.ENOENT : pfn;
}

function store(entry: number, pages: number, status: number): void {
  if (pages > 0) pageMoves.status.assign(T.moves.v, entry, pages, status);
}

/** Looks at entries in order until a batch has to be moved or the array is through. */
function collect(): void {
  for (; T.i.v < count(); T.i.v += 1) {
    const node = nodeOf(T.i.v) - 1;
    if (onlineOn(node).length === 0) {
      T.err.v = ERRNO.ENODEV;
      return;
    }
    if (T.node.v !== 0 && T.node.v !== node + 1) return;
    if (T.node.v === 0) [T.node.v, T.start.v] = [node + 1, T.i.v];
    const queued = queue(vpnOf(T.i.v), node);
    if (queued > 0) T.queued.v += 1;
    else {
      store(T.i.v, 1, queued === 0 ? node + 1 : queued);
      T.own.v = 1;
      return;
    }
  }
}

/**
 * move_pages(2): queues entries in order and moves them in batches; a batch ends at an entry with a status of its own or another target.
 * Answers 0, or how many were not moved plus how many were not looked at: the slots of the batch that failed stay unwritten.
 */
export const movePages = mechanism({
  name: 'move-pages',
  source: 'spec 8.12; mm/migrate.c kernel_move_pages(), do_pages_move(), add_page_for_migration(), move_pages_and_store_status() (6.1, 6.12, 6.19)',
  frame: T,
  order: 'MV1 MV2 MV3 MV4',
  steps: {
    MV1: {
      title: 'check the flags', to: ['done', 'MV2'], costNs: () => kernel.costs.syscallNs,
      reads: [...every(processes.capable, pageMoves.node, pageMoves.vpnDelta, pageMoves.entries), ...RMAP_READS, ...LOOKUP_READS],
      run: go => {
        if ((T.flags.v & ~(MPOL.move | MPOL.moveAll)) !== 0) return fail(ERRNO.EINVAL);
        if (isAll() && processes.capable.get(T.caller.v) === 0) return fail(ERRNO.EPERM);
        T.host.v = processes.host.get(T.process.v);
        return go.MV2;
      },
    },
    MV2: {
      title: 'queue entries', to: ['MV3'],
      reads: [...LOOKUP_READS, ...RMAP_READS, ...ISOLATE_READS, ...every(mappings.file, pageMoves.node, pageMoves.vpnDelta, pageMoves.entries, memoryBlocks.state)], writes: [...ISOLATE_TERMS, ...every(pageMoves.status)],
      run: go => {
        if (nodeOf(0) === 0) {
          for (let entry = 0; entry < count(); entry++) store(entry, 1, whereIs(vpnOf(entry)));
          T.i.v = count();
          return go.MV3;
        }
        collect();
        return go.MV3;
      },
    },
    MV3: {
      title: 'move the batch', calls: [migrate],
      run: () => {
        if (T.queued.v === 0) return undefined;
        T.to.v = T.node.v - 1 + TO.node;
        return call(migrate);
      },
    },
    MV4: {
      title: 'store the status of the batch', to: ['MV2', 'done'], reads: every(pageMoves.entries), writes: every(pageMoves.status),
      run: go => {
        const stayed = T.queued.v > 0 ? answer.result : 0;
        const left = count() - T.i.v;
        if (stayed > 0) return T.err.v === 0 ? done(stayed + left - T.own.v) : fail(T.err.v);
        if (T.queued.v > 0) store(T.start.v, T.i.v - T.start.v, T.node.v);
        if (T.err.v !== 0) return fail(T.err.v);
        T.i.v += T.own.v;
        [T.node.v, T.queued.v, T.own.v] = [0, 0, 0];
        return T.i.v >= count() ? done() : go.MV2;
      },
    },
  },
});

const M = frame('op', 'process', 'vpn', 'pages', 'node', 'flags', 'from', 'host', 'left', 'to');
const migrateTo = site(migrateFolios, M.op, M.host, M.to);

/** Isolates the pages of a range that are on other nodes than wanted (or on `from`); answers how many folios could not be taken. */
function queueRange(vpn: number, pages: number): number {
  let refused = 0;
  for (let at = vpn; at < vpn + pages;) {
    const pte = processes.pte.at(M.process.v, at);
    const run = Math.min(vpn + pages, processes.pte.runEnd(M.process.v, at), processes.pfnDelta.runEnd(M.process.v, at)) - at;
    if (mapsFrame(pte)) refused += queueFrames(at + processes.pfnDelta.at(M.process.v, at), run);
    at += run;
  }
  return refused;
}

function queueFrames(pfn: number, pages: number): number {
  const memory = memoryAt(pfn);
  const isWanted = memory.type === 'normal' && (M.from.v === 0 ? memory.numaNode !== M.node.v : memory.numaNode === M.from.v - 1);
  if (!isWanted) return 0;
  const isShared = (M.flags.v & MPOL.moveAll) === 0 && isMappedByOthers(pfn);
  if (isShared || isolateFolios(M.op.v, M.host.v, pfn, pages) === 0) return pages;
  return 0;
}

/**
 * mbind(2) with MPOL_MF_MOVE and migrate_pages(2): moves the pages of a range to a node. `from`, from 1, is the node that migrate_pages
 * empties; 0 is mbind. mbind answers 0, or EIO where it is strict and pages stayed; migrate_pages how many stayed.
 */
export const moveRange = mechanism({
  name: 'move-range',
  source: 'spec 8.12; mm/mempolicy.c do_mbind(), do_migrate_pages(), queue_pages_range() (6.19)',
  frame: M,
  order: 'MB1 MB2 MB3',
  steps: {
    MB1: {
      title: 'queue the pages that are elsewhere', to: ['done'], reads: [...LOOKUP_READS, ...RMAP_READS, ...ISOLATE_READS, ...every(mappings.numaNode, memoryBlocks.state)],
      writes: [...ISOLATE_TERMS, ...every(mappings.numaNode)], costNs: () => kernel.costs.syscallNs,
      run: () => {
        if (onlineOn(M.node.v).length === 0) return fail(ERRNO.EINVAL);
        M.host.v = processes.host.get(M.process.v);
        const moves = M.from.v !== 0 || (M.flags.v & (MPOL.move | MPOL.moveAll)) !== 0;
        for (const mapping of ownMappings()) {
          if (M.from.v === 0) mappings.numaNode.set(mapping, M.node.v + 1);
          const refused = moves ? queueRange(mappings.vpnFirst.get(mapping), mappings.pageCount.get(mapping)) : 0;
          M.left.v += refused;
        }
      },
    },
    MB2: {
      title: 'move them', calls: [migrateTo],
      run: () => {
        M.to.v = M.node.v + TO.node;
        return call(migrateTo);
      },
    },
    MB3: {
      title: 'did any stay?', to: ['done'],
      run: () => {
        const stayed = M.left.v + answer.result;
        if (M.from.v !== 0) return done(stayed);
        return stayed > 0 && (M.flags.v & MPOL.strict) !== 0 ? fail(ERRNO.EIO) : done();
      },
    },
  },
});

/** Mappings that the call is about. */
const ownMappings = (): readonly Row[] => mappings.$.rows(arena).filter(mapping => mappings.process.get(mapping) === M.process.v && mappings.pageCount.get(mapping) > 0
  && mappings.vpnFirst.get(mapping) < M.vpn.v + M.pages.v && M.vpn.v < mappings.vpnFirst.get(mapping) + mappings.pageCount.get(mapping));

/** Whether the folio behind a frame is held by nobody but its mappings and the page cache. */
export const isHeldByNobody = (host: Row, pfn: number): boolean => {
  const isCached = hosts.mapping.at(host, pfn) !== 0;
  return hosts.refs.at(host, pfn) === hosts.maps.at(host, pfn) + (isCached ? folioAt(host, pfn).pageCount : 0);
};
