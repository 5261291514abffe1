import { showNs } from '@shared/units/show';
import { markup, px, type Markup } from './html';
import { STATE_LABELS, stateFill } from './page-state-look';
import type { ReportDocument } from './report-document';
import { timeAxis, type TimeAxis } from './time-axis';
import type { PageLane } from './page-lanes';
import type { Bar, Lane } from './timeline-lanes';

const WIDTH_PX = 1000;
const NAMES_PX = 116;
const LANE_PX = 28;
const BAR_PX = 18;
const HEAD_PX = 26;
const RIGHT_PX = 12;
/** Mean advance of the label font at its size; labels that would not fit are left to the table. */
const CHARACTER_PX = 5.9;
/** Bars of one kind closer than this are drawn as one, so that a long run gives a short file. */
const MERGE_PX = 0.6;

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
${pageLanes.map((lane, nth) => pageLane(lane, axis, HEAD_PX + (lanes.length + nth) * LANE_PX, endNs))}
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
  return markup`<g>${laneName(lane.name, y)}${merged(lane.bars, axis).map(bar => actorBar(bar, axis, y + (LANE_PX - BAR_PX) / 2))}</g>`;
}

function actorBar({ kind, fromNs, toNs, label, isOpen }: Bar, axis: TimeAxis, y: number): Markup {
  const x = axis.xOf(fromNs);
  const width = Math.max(1.5, axis.xOf(toNs) - x);
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

/** Joins bars that nobody could tell apart at this width. */
function merged(bars: readonly Bar[], axis: TimeAxis): readonly Bar[] {
  const shown: Bar[] = [];
  for (const bar of bars) {
    const last = shown.at(-1);
    const isHidden = last !== undefined && last.kind === bar.kind && axis.xOf(bar.toNs) - axis.xOf(last.toNs) < MERGE_PX;
    if (isHidden) shown[shown.length - 1] = { kind: last.kind, fromNs: last.fromNs, toNs: Math.max(last.toNs, bar.toNs), label: last.label, isOpen: bar.isOpen };
    else shown.push(bar);
  }
  return shown;
}

function pageLane({ name, stretches }: PageLane, axis: TimeAxis, y: number, endNs: number): Markup {
  const bars = stretches.flatMap(({ fromNs, toNs, state, refs }) => {
    const x = axis.xOf(fromNs);
    const width = axis.xOf(toNs === endNs ? Infinity : toNs) - x;
    if (width < MERGE_PX) return [];
    const words = state === 'hole' ? 'hole' : `${STATE_LABELS[state]}  ${refs}`;
    return [markup`<g class="bar page s-${state}"><title>${`${STATE_LABELS[state]}, refcount ${refs}, from ${showNs(fromNs)}`}</title><rect x="${px(x)}" y="${y + 6}" width="${px(width)}" height="${LANE_PX - 12}" fill="${stateFill(state)}"/>${width > words.length * CHARACTER_PX + 10 ? fitted(words, x, y + 5, width) : fitted(String(refs), x, y + 5, width)}</g>`];
  });
  return markup`<g>${laneName(`page ${name}`, y)}${bars}</g>`;
}

function violationMarks({ violations }: ReportDocument, axis: TimeAxis, bottom: number): Markup {
  return markup`<g class="violation">${violations.map(({ id, timeNs }, nth) => {
    const x = axis.xOf(timeNs);
    const side = x > WIDTH_PX - 80 ? 'end' : 'start';
    const beside = nth === 0 || Math.abs(axis.xOf(violations[nth - 1]!.timeNs) - x) > 60;
    return markup`<path d="M${px(x)} ${HEAD_PX - 4}V${bottom + 6}"/>${beside ? markup`<text x="${px(side === 'end' ? x - 4 : x + 4)}" y="${bottom + 18}" text-anchor="${side}">${`✗ ${id}`}</text>` : null}`;
  })}</g>`;
}
