import { PAGE_STATES } from '@shared/trace/page-state';
import { showCount, showNs } from '@shared/units/show';
import { drawnTogether } from './dense';
import { markup, px, type Markup } from './html';
import { STATE_LABELS, stateFill } from './page-state-look';
import type { ReportDocument } from './report-document';
import { timeAxis, type TimeAxis } from './time-axis';
import type { PageLane, PageStretch } from './page-lanes';
import type { Bar, Lane } from './timeline-lanes';

const WIDTH_PX = 1000;
const NAMES_PX = 116;
const LANE_PX = 28;
const BAR_PX = 18;
const HEAD_PX = 26;
const RIGHT_PX = 12;
/** Mean advance of the label font at its size; labels that would not fit are left to the table. */
const CHARACTER_PX = 5.9;
/** Nothing is drawn narrower: it would not be seen. */
const MINIMUM_PX = 1.5;

/** Lanes of actors and watched pages over simulated time, with what each did and what broke. */
export function timelineSvg(document: ReportDocument): Markup {
  const { lanes, pageLanes, violations, endNs } = document;
  const edges = [...lanes.flatMap(({ bars }) => bars.flatMap(({ fromNs, toNs }) => [fromNs, toNs])), ...pageLanes.flatMap(({ stretches }) => stretches.map(({ fromNs }) => fromNs)), ...violations.map(({ timeNs }) => timeNs)];
  const axis = timeAxis(edges, endNs, NAMES_PX + 4, WIDTH_PX - RIGHT_PX);
  const rows = lanes.length + pageLanes.length;
  const height = HEAD_PX + rows * LANE_PX + (violations.length > 0 ? 24 : 6);
  const bottom = HEAD_PX + rows * LANE_PX;
  return markup`<svg class="timeline" viewBox="0 0 ${WIDTH_PX} ${height}" role="img" aria-label="Timeline of ${String(lanes.length)} actors over ${showNs(endNs)}">
${gridOf(axis, bottom)}
${breaksOf(axis, bottom)}
${lanes.map((lane, nth) => actorLane(lane, axis, HEAD_PX + nth * LANE_PX))}
${pageLanes.map((lane, nth) => pageLane(lane, axis, HEAD_PX + (lanes.length + nth) * LANE_PX))}
${violationMarks(document, axis, bottom)}
</svg>`;
}

const gridOf = (axis: TimeAxis, bottom: number): Markup => markup`<g class="grid">${axis.ticks.map(({ x, label }) =>
  markup`<path d="M${px(x)} ${HEAD_PX - 4}V${bottom}"/><text x="${px(x)}" y="14" text-anchor="${x > WIDTH_PX - 60 ? 'end' : x < NAMES_PX + 20 ? 'start' : 'middle'}">${label}</text>`)}</g>
<path class="rule" d="M0 ${HEAD_PX - 4}H${WIDTH_PX}M${NAMES_PX} ${HEAD_PX - 4}V${bottom}"/>`;

/** Time that was left out: a cut through all lanes, with its length. */
const breaksOf = (axis: TimeAxis, bottom: number): Markup => markup`<g class="break">${axis.breaks.map(({ fromX, toX, label }) => {
  const middle = (fromX + toX) / 2;
  return markup`<path d="M${px(middle - 3)} ${HEAD_PX - 8}V${bottom}M${px(middle + 3)} ${HEAD_PX - 8}V${bottom}"/><text x="${px(middle)}" y="14" text-anchor="middle">${`⋯ ${label} ⋯`}</text>`;
})}</g>`;

const laneName = (name: string, y: number): Markup =>
  markup`<text class="lane" x="0" y="${y + LANE_PX / 2 + 4}">${name.length > 18 ? `${name.slice(0, 17)}…` : name}</text><path class="rule" d="M0 ${y + LANE_PX}H${WIDTH_PX}"/>`;

function actorLane(lane: Lane, axis: TimeAxis, y: number): Markup {
  return markup`<g>${laneName(lane.name, y)}${drawnTogether(lane.bars, axis.xOf).map(group => actorBar(denseBar(group), axis, y + (LANE_PX - BAR_PX) / 2))}</g>`;
}

function actorBar({ kind, fromNs, toNs, label, isOpen }: Bar, axis: TimeAxis, y: number): Markup {
  const x = axis.xOf(fromNs);
  const width = Math.max(MINIMUM_PX, axis.xOf(toNs) - x);
  const words = kind === 'blocked' ? `blocked: ${label}` : label;
  const title = `${words}, ${showNs(fromNs)} to ${isOpen ? 'the end' : showNs(toNs)}`;
  return markup`<g class="bar ${kind}"><title>${title}</title><rect x="${px(x)}" y="${px(y)}" width="${px(width)}" height="${BAR_PX}" rx="2"/>${fitted(words, x, y, width)}</g>`;
}

/** The label if it fits, a shortened one if most of it does, else nothing. */
function fitted(label: string, x: number, y: number, width: number): Markup | null {
  const room = Math.floor((width - 10) / CHARACTER_PX);
  if (room < 4) return null;
  return markup`<text x="${px(x + 5)}" y="${px(y + 13)}">${label.length <= room ? label : `${label.slice(0, room - 1)}…`}</text>`;
}

/** One bar for many that are too short to be told apart: what most of the time went into. */
function denseBar(bars: readonly Bar[]): Bar {
  const timeOf = (kind: Bar['kind']): number => bars.reduce((sum, bar) => sum + (bar.kind === kind ? bar.toNs - bar.fromNs : 0), 0);
  const longest = bars.reduce((a, b) => (timeOf(b.kind) > timeOf(a.kind) ? b : a));
  const label = bars.length === 1 ? longest.label : `${showCount(bars.length)} stretches like ${longest.label}`;
  return { kind: longest.kind, fromNs: bars[0]!.fromNs, toNs: bars.at(-1)!.toNs, label, isOpen: bars.at(-1)!.isOpen };
}

function pageLane({ name, stretches }: PageLane, axis: TimeAxis, y: number): Markup {
  return markup`<g>${laneName(`page ${name}`, y)}${drawnTogether(stretches, axis.xOf).map(group => pageBar(group, axis, y))}</g>`;
}

/** Of stretches too short to be told apart, the state that matters most is shown. */
function pageBar(group: readonly PageStretch[], axis: TimeAxis, y: number): Markup {
  const worst = group.reduce((a, b) => (rankOf(b) < rankOf(a) ? b : a));
  const { state, refs } = worst;
  const x = axis.xOf(group[0]!.fromNs);
  const width = Math.max(MINIMUM_PX, axis.xOf(group.at(-1)!.toNs) - x);
  const words = group.length > 1 ? `${STATE_LABELS[state]}, on and off` : state === 'hole' ? 'hole' : `${STATE_LABELS[state]}  ${refs}`;
  const title = `${words}, ${showNs(group[0]!.fromNs)} to ${showNs(group.at(-1)!.toNs)}`;
  const label = width > words.length * CHARACTER_PX + 10 ? words : String(refs);
  return markup`<g class="bar page s-${state}"><title>${title}</title><rect x="${px(x)}" y="${y + 6}" width="${px(width)}" height="${LANE_PX - 12}" fill="${stateFill(state)}"/>${fitted(label, x, y + 5, width)}</g>`;
}

const rankOf = ({ state }: PageStretch): number => (state === 'hole' ? PAGE_STATES.length : PAGE_STATES.indexOf(state));

function violationMarks({ violations }: ReportDocument, axis: TimeAxis, bottom: number): Markup {
  return markup`<g class="violation">${violations.map(({ id, timeNs }, nth) => {
    const x = axis.xOf(timeNs);
    const side = x > WIDTH_PX - 80 ? 'end' : 'start';
    const beside = nth === 0 || Math.abs(axis.xOf(violations[nth - 1]!.timeNs) - x) > 60;
    return markup`<path d="M${px(x)} ${HEAD_PX - 4}V${bottom + 6}"/>${beside ? markup`<text x="${px(side === 'end' ? x - 4 : x + 4)}" y="${bottom + 18}" text-anchor="${side}">${`✗ ${id}`}</text>` : null}`;
  })}</g>`;
}
