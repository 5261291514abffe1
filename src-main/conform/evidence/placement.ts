import { errnoName } from '@shared/domain/errno';
import type { State } from '@shared/state/arena';
import { memoryBlocks } from '@shared/state/placement-tables';
import { PAGE_BYTES } from '@shared/units/pages';
import { pageMoves } from '@shared/state/buffer-tables';
import { runsIn } from '@shared/state/page-runs';
import { counters, files, mappings, processes } from '@shared/state/tables';
import { NotModelled } from '../translation/not-modelled';
import { byteOfMapping } from './content';
import type { Evidence } from './evidence';
import type { Facts } from './fact';
import { grown } from './pins';

const HOT_ADDED_NODE = 2;

/** How many entries of an array say what. */
type Histogram = Readonly<Record<string, number>>;

/** Where each page of the mapping is: a query of move_pages(2), by node or by the errno that the page answers. */
function placement(evidence: Evidence, position: number): Histogram {
  const { mapping } = evidence.scene;
  if (mapping === undefined) throw new NotModelled('memory to look for');
  const row = evidence.mappingRow(mapping.name);
  const state = evidence.at(position);
  const [first, pages] = [mappings.vpnFirst.in(state, row), mapping.bytes / PAGE_BYTES];
  const space = mappings.process.in(state, row);
  const found: Record<string, number> = {};
  for (let vpn = first; vpn < first + pages; vpn++) {
    const place = placeOf(evidence, state, space, vpn);
    found[place] = (found[place] ?? 0) + 1;
  }
  return found;
}

function placeOf({ run }: Evidence, state: State, space: number, vpn: number): string {
  const entry = processes.pte.spec.names![processes.pte.in(state, space, vpn)]!;
  if (entry === 'none' || entry === 'swap') return '-ENOENT';
  if (entry === 'zero page') return '-EFAULT';
  const pfn = vpn + processes.pfnDelta.in(state, space, vpn);
  const memory = run.memories.find(({ firstPfn, pageCount }) => pfn >= firstPfn && pfn < firstPfn + pageCount);
  if (memory?.kind !== 'host-memory') return '-ENOENT';
  return memory.node;
}

/** Pages of the mapping that are in memory. */
function resident(evidence: Evidence): number {
  return Object.entries(placement(evidence, evidence.returned)).reduce((sum, [place, pages]) => sum + (place === '-ENOENT' ? 0 : pages), 0);
}

/** Pages of the file behind the mapping that the page cache has. */
function cachedPages(evidence: Evidence): number {
  const { file } = evidence.scene;
  if (file === undefined) throw new NotModelled('a file to look for in the page cache');
  const state = evidence.at(evidence.returned);
  const row = evidence.fileRow(file.name);
  return [...runsIn(state, row, files.cached.field)].reduce((sum, { count }) => sum + count, 0);
}

function counterOf(name: string): typeof counters.pinsAcquired {
  const column = (counters as Readonly<Record<string, unknown>>)[name] as typeof counters.pinsAcquired | undefined;
  if (column === undefined) throw new NotModelled(name);
  return column;
}

/** Where pages are, and what moving them came to. */
export const placementFacts: Facts = {
  pgmigrate_success: evidence => grown(evidence, counterOf('pagesMigrated'), evidence.before, evidence.end),
  pgmigrate_fail: evidence => grown(evidence, counterOf('migrationsFailed'), evidence.before, evidence.end),
  pgmigrate_fail_seen: evidence => grown(evidence, counterOf('migrationsFailed'), evidence.before, evidence.end) > 0,
  status: evidence => {
    const state = evidence.at(evidence.returned);
    const row = pageMoves.$.rows(state).find(candidate => pageMoves.op.in(state, candidate) === evidence.rowOf(evidence.scene.observed[0]!));
    if (row === undefined) throw new NotModelled('status array');
    const found: Record<string, number> = {};
    for (let entry = 0; entry < pageMoves.entries.in(state, row); entry++) {
      const status = pageMoves.status.in(state, row, entry);
      const said = status === 0 ? 'untouched' : status > 0 ? `node${status - 1}` : `-${errnoName(-status)}`;
      found[said] = (found[said] ?? 0) + 1;
    }
    return found;
  },
  zone: evidence => {
    const nth = evidence.run.memories.findIndex(({ numaNode }) => numaNode === HOT_ADDED_NODE);
    const state = evidence.at(evidence.returned);
    const row = memoryBlocks.$.rows(state).find(block => memoryBlocks.nth.in(state, block) === nth);
    if (row === undefined) throw new NotModelled('memory that is hot-added');
    return memoryBlocks.zone.nameIn(state, row) === 'movable' ? 'Movable' : 'Normal';
  },
  placement_before: evidence => placement(evidence, evidence.before),
  placement_after: evidence => placement(evidence, evidence.returned),
  held_pages_placement: evidence => placement(evidence, evidence.returned),
  resident_after: resident,
  still_cached: cachedPages,
  byte0_kept: evidence => {
    const name = evidence.scene.mapping?.name ?? '';
    return byteOfMapping(evidence, name, 0, evidence.before) === byteOfMapping(evidence, name, 0, evidence.returned);
  },
};
