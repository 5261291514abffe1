import type { State } from '../state/arena';
import type { Row } from '../state/dictionary';
import { p2pPools } from '../state/pgmap-tables';
import { OWNER_BUSY_DAX, OWNER_FREE, OWNER_IN_TRANSACTION } from '../state/owner';
import { runEnd, valueAt } from '../state/page-runs';
import { hosts } from '../state/tables';
import { heldRangesIn, type HeldRange } from './held-ranges';
import { cacheOwner, memoryOf } from './names';
import type { RunDescription, RunMemory } from './run-description';

/** What a frame is to a person, one state each; a frame that is several is shown as the first of PAGE_STATES that holds. */
export type PageStateId = 'free' | 'file' | 'mapped' | 'short-pin' | 'long-pin' | 'referenced' | 'dma' | 'busy' | 'in-transaction' | 'anon' | 'private' | 'bar';

/** All states, the one that matters most first. */
export const PAGE_STATES = ['dma', 'long-pin', 'short-pin', 'referenced', 'busy', 'in-transaction', 'private', 'bar', 'mapped', 'anon', 'file', 'free'] as const satisfies readonly PageStateId[];

/** A maximal run of frames that look alike. */
export interface PageStateRun {
  readonly first: number;
  readonly count: number;
  readonly state: PageStateId;
  /** File that owns the blocks, or process whose anonymous memory it is. */
  readonly owner: string | null;
  readonly refs: number;
  readonly pins: number;
}

/** States of the frames [first, end), ascending. Cost grows with runs and holders, never with pages. */
export function* pageStatesIn(state: State, run: RunDescription, first: number, end: number): Generator<PageStateRun> {
  const held = heldRangesIn(state, run.host, first, end);
  const next = nextHeldChange(held);
  let open = lookAt(state, run, first, next(first).state);
  let from = first;
  for (let page = first; page < end;) {
    const hold = next(page);
    const until = Math.min(end, hold.until, barChange(state, run, page), ...FIELDS.map(field => runEnd(state, run.host, field, page)));
    const seen = lookAt(state, run, page, hold.state);
    if (!looksLike(open, seen)) {
      yield { first: from, count: page - from, ...open };
      open = seen;
      from = page;
    }
    page = until;
  }
  if (from < end) yield { first: from, count: end - from, ...open };
}

/** The state of one frame. */
export function pageStateAt(state: State, run: RunDescription, pfn: number): PageStateRun {
  const [only] = pageStatesIn(state, run, pfn, pfn + 1);
  return only;
}

/** Columns of a frame that make it look different. */
const FIELDS = [hosts.refs, hosts.pins, hosts.maps, hosts.owner, hosts.anon, hosts.use, hosts.mapping].map(({ field }) => field);

type Look = Omit<PageStateRun, 'first' | 'count'>;

const looksLike = (a: Look, b: Look): boolean =>
  a.state === b.state && a.owner === b.owner && a.refs === b.refs && a.pins === b.pins;

function lookAt(state: State, run: RunDescription, page: number, held: PageStateId | null): Look {
  const at = (field: number): number => valueAt(state, run.host, field, page);
  const owner = at(hosts.owner.field) || cacheOwner(state, run, page);
  const anon = at(hosts.anon.field);
  const refs = at(hosts.refs.field);
  const pins = at(hosts.pins.field);
  return { state: held ?? onDevice(state, run, page) ?? atRest(owner, at(hosts.maps.field), anon), owner: ownerName(run, owner, anon), refs, pins };
}

/** Memory that a driver hands out: GPU memory that the CPU cannot reach, peer-to-peer memory of a BAR, and RAM that is lent to a drive. */
function onDevice(state: State, run: RunDescription, page: number): PageStateId | null {
  const memory = memoryOf(run, page);
  // What RAM is lent to a drive is his to read and write at any time.
  if (memory?.type === 'normal') return valueAt(state, run.host, hosts.use.field, page) === DEVICE ? 'dma' : null;
  if (memory?.type === 'private') return valueAt(state, run.host, hosts.use.field, page) === DEVICE ? 'private' : null;
  if (memory?.type !== 'p2pdma') return null;
  const pool = poolOf(state, run, memory);
  return pool !== 0 && p2pPools.taken.in(state, pool, page - memory.firstPfn) !== 0 ? 'bar' : null;
}

const DEVICE = hosts.use.valueOf('device');

const poolOf = (state: State, run: RunDescription, memory: RunMemory): Row => p2pPools.$.rows(state).find(pool => p2pPools.memory.in(state, pool) === run.memories.indexOf(memory)) ?? 0;

/** First frame behind one at which another memory, or another taker of a BAR, may begin. */
function barChange(state: State, run: RunDescription, page: number): number {
  const memory = memoryOf(run, page);
  if (memory === undefined) return Math.min(Infinity, ...run.memories.filter(({ firstPfn }) => firstPfn > page).map(({ firstPfn }) => firstPfn));
  const end = memory.firstPfn + memory.pageCount;
  const pool = memory.type === 'p2pdma' ? poolOf(state, run, memory) : 0;
  return pool === 0 ? end : Math.min(end, memory.firstPfn + runEnd(state, pool, p2pPools.taken.field, page - memory.firstPfn));
}

function atRest(owner: number, maps: number, anon: number): PageStateId {
  if (owner === OWNER_BUSY_DAX) return 'busy';
  if (owner === OWNER_IN_TRANSACTION) return 'in-transaction';
  if (maps > 0) return 'mapped';
  if (anon !== 0) return 'anon';
  return owner === OWNER_FREE ? 'free' : 'file';
}

function ownerName(run: RunDescription, owner: number, anon: number): string | null {
  if (owner > 0) return run.files[owner - 1]?.name ?? null;
  return anon > 0 ? run.processes[anon - 1]?.name ?? null : null;
}

interface HeldChange {
  readonly state: PageStateId | null;
  /** First page behind which the holds change. */
  readonly until: number;
}

/** Walks holds ascending: each call asks for a page not before the last. */
function nextHeldChange(held: readonly HeldRange[]): (page: number) => HeldChange {
  const edges = held
    .flatMap(({ first, end, state }) => [{ at: first, state, by: 1 }, { at: end, state, by: -1 }])
    .sort((a, b) => a.at - b.at);
  const open = new Map<PageStateId, number>();
  let passed = 0;
  return page => {
    for (let edge = edges[passed]; edge !== undefined && edge.at <= page; edge = edges[++passed]) {
      open.set(edge.state, (open.get(edge.state) ?? 0) + edge.by);
    }
    return { state: PAGE_STATES.find(id => (open.get(id) ?? 0) > 0) ?? null, until: edges[passed]?.at ?? Infinity };
  };
}
