import type { Lab } from '@shared/lab/lab';
import type { Row } from '@shared/state/dictionary';
import { nics, regions, workRequests } from '@shared/state/rdma-tables';
import { actors, drives, links, operations, requests } from '@shared/state/tables';
import { pageStatesIn, type PageStateId, type PageStateRun } from '@shared/trace/page-state';
import { responderNicOf } from '@shared/trace/rdma-work';
import type { RunDescription, RunMemory } from '@shared/trace/run-description';
import { natureOfWait } from '@shared/trace/own-work';
import { waitsOf } from '@shared/trace/wait-graph';
import type { TraceCursor } from '@shared/trace/cursor';
import { PAGE_STATE_MARKS } from '../design/page-state-marks';
import { showCount, showPageBytes, showPages } from '@shared/units/show';

/** A line of live state on a card. `mark` gives it the colour and glyph of a page state. */
export interface LiveLine {
  readonly text: string;
  readonly mark: PageStateId | 'blocked' | 'plain';
}

/** What the card of a node shows at the cursor. */
export interface LiveNode {
  readonly stretches: readonly PageStateRun[];
  /** Frames that the bar's width stands for, from the first. */
  readonly barPages: number;
  readonly barLabel: string;
  readonly lines: readonly LiveLine[];
  /** Its engine moves data now. */
  readonly isMoving: boolean;
}

const NOTHING: LiveNode = { stretches: [], barPages: 1, barLabel: '', lines: [], isMoving: false };

/** State of all nodes at the cursor; cost grows with runs of alike pages, never with pages. */
export function liveNodes(state: TraceCursor, run: RunDescription, lab: Lab): ReadonlyMap<string, LiveNode> {
  const blocked = blockedActors(state, run);
  return new Map(Object.keys(lab.topology.nodes).map(id => [id, liveNode(state, run, lab, id, blocked)]));
}

function liveNode(state: TraceCursor, run: RunDescription, lab: Lab, id: string, blocked: readonly Blocked[]): LiveNode {
  const memory = run.memories.find(({ node }) => node === id);
  if (memory !== undefined) return liveMemory(state, run, memory, blocked.filter(({ touches }) => touches === memory.fs && memory.fs !== 0));
  const device = run.devices.find(({ name }) => name === id);
  if (device !== undefined) return liveDevice(state, device.row);
  const here = blocked.filter(({ actor }) => homeOf(lab, run, actor) === id);
  return here.length === 0 ? NOTHING : { ...NOTHING, lines: [blockedLine(here)] };
}

function liveMemory(state: TraceCursor, run: RunDescription, memory: RunMemory, waiting: readonly Blocked[]): LiveNode {
  const all = [...pageStatesIn(state, run, memory.firstPfn, memory.firstPfn + memory.pageCount)];
  const used = all.filter(stretch => stretch.state !== 'free');
  const last = used.at(-1);
  const usedEnd = last === undefined ? 0 : last.first + last.count - memory.firstPfn;
  const barPages = Math.min(memory.pageCount, Math.max(16, 2 ** Math.ceil(Math.log2(usedEnd + 1))));
  const stretches = used.map(stretch => ({ ...stretch, first: stretch.first - memory.firstPfn }));
  const pages = (states: readonly PageStateId[]): number => used.reduce((sum, { state: id, count }) => sum + (states.includes(id) ? count : 0), 0);
  const lines: LiveLine[] = [];
  for (const [mark, word] of [['dma', 'under DMA'], ['long-pin', 'pinned'], ['short-pin', 'pinned shortly'], ['referenced', 'referenced'], ['busy', 'busy']] as const) {
    const count = pages([mark]);
    if (count > 0) lines.push({ text: `${showPages(count)} ${word}`, mark });
  }
  if (waiting.length > 0) lines.unshift(blockedLine(waiting));
  const shown = barPages === memory.pageCount ? `all ${showPageBytes(barPages)}` : `first ${showPageBytes(barPages)} of ${showPageBytes(memory.pageCount)}`;
  return { stretches, barPages, barLabel: `${shown}: ${barSummary(used)}`, lines, isMoving: false };
}

function barSummary(used: readonly PageStateRun[]): string {
  const counts = new Map<PageStateId, number>();
  for (const { state, count } of used) counts.set(state, (counts.get(state) ?? 0) + count);
  return counts.size === 0 ? 'all free' : [...counts].map(([state, count]) => `${PAGE_STATE_MARKS[state].label} ${showPages(count)}`).join(', ');
}

function liveDevice(state: TraceCursor, row: Row): LiveNode {
  if (state.w[row] === drives.$.id) {
    const served = drives.served.in(state, row);
    const waiting = requests.$.rows(state).filter(request => requests.device.in(state, request) === row && requests.state.nameIn(state, request) === 'submitted').length;
    const text = served !== 0 ? `moves ${showPages(requests.pages.in(state, served))}` : waiting > 0 ? `${showCount(waiting)} queued` : 'idle';
    return { ...NOTHING, lines: [{ text, mark: served === 0 ? 'plain' : 'dma' }], isMoving: served !== 0 };
  }
  const registered = regions.$.rows(state).filter(region => regions.nic.in(state, region) === row && ['valid', 'invalidating'].includes(regions.state.nameIn(state, region)));
  const moving = workRequests.$.rows(state).some(transfer => responderNicOf(state, transfer) === row && workRequests.translated.in(state, transfer) === 1);
  const isMoving = moving || nics.served.in(state, row) !== 0;
  const text = `${registered.length} ${registered.length === 1 ? 'MR' : 'MRs'}${registered.length > 0 ? `, ${showPages(registered.reduce((sum, region) => sum + regions.pageCount.in(state, region), 0))}` : ''}`;
  return { ...NOTHING, lines: [{ text, mark: registered.length > 0 ? 'long-pin' : 'plain' }], isMoving };
}

/** A program that cannot go on, with the file system its operation works on. */
interface Blocked {
  readonly actor: number;
  readonly text: string;
  readonly touches: Row;
}

function blockedActors(state: TraceCursor, run: RunDescription): readonly Blocked[] {
  return run.actors.flatMap(({ kind, row }, nth) => {
    if (kind !== 'task' || !waitsOf(state, run, nth).some(wait => natureOfWait(wait.kind) === 'blocked')) return [];
    const operation = run.operations.find(candidate => candidate.row === actors.op.in(state, row));
    if (operation === undefined || operations.state.nameIn(state, operation.row) !== 'running') return [];
    const file = run.files.find(({ name }) => operation.text.split(/[\s,]+/).includes(name));
    return [{ actor: nth, text: operation.word, touches: file?.fs ?? 0 }];
  });
}

function blockedLine(blocked: readonly Blocked[]): LiveLine {
  const [first] = blocked;
  return { text: blocked.length === 1 ? `${first?.text ?? ''} blocked` : `${blocked.length} operations blocked`, mark: 'blocked' };
}

/** The node an actor runs on: the one the lab names, else the first cpu. */
function homeOf(lab: Lab, run: RunDescription, actor: number): string | undefined {
  const name = run.actors[actor]?.name ?? '';
  return run.actors[actor]?.node ?? lab.actors[name]?.on ?? Object.entries(lab.topology.nodes).find(([, { kind }]) => kind === 'cpu')?.[0];
}

/** Pairs of nodes whose wire carries data at the cursor. */
export function movingLinks(state: TraceCursor, run: RunDescription, nowNs: number): readonly (readonly [string, string])[] {
  return run.links.filter(({ row }) => links.busyUntilNs.in(state, row) > nowNs).map(({ from, to }) => [from, to] as const);
}
