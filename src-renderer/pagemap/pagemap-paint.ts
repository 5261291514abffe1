import type { PageStateId } from '@shared/trace/page-state';
import { showPfn } from '@shared/units/show';
import type { Colours } from '../design/canvas-colours';
import { PAGE_STATE_MARKS } from '../design/page-state-marks';
import type { PagemapLayout } from './pagemap-layout';

/** Left of the cells: the frame number that each row begins with. */
export const GUTTER_PX = 92;

export interface PagemapFrame {
  readonly g: CanvasRenderingContext2D;
  readonly widthPx: number;
  readonly heightPx: number;
  readonly colours: Colours;
  readonly layout: PagemapLayout;
  readonly states: readonly PageStateId[];
  /** What large cells say of their one page: its name and its refcount. */
  readonly textOf: (cell: number) => readonly [name: string, count: string];
  /** Cells to mark, -1 for none. */
  readonly selected: number;
  readonly hovered: number;
  readonly violated: readonly number[];
}

export function paintPagemap(frame: PagemapFrame): void {
  const { g, widthPx, heightPx, colours, states } = frame;
  g.fillStyle = colours.panel;
  g.fillRect(0, 0, widthPx, heightPx);
  paintRowNames(frame);
  for (let cell = 0; cell < states.length; cell++) paintCell(frame, cell, states[cell]!);
  if (hasRoomForText(frame.layout)) for (let cell = 0; cell < states.length; cell++) paintText(frame, cell, states[cell]!);
  for (const cell of frame.violated) outlineCell(frame, cell, colours.violation, 2);
  if (frame.hovered >= 0) outlineCell(frame, frame.hovered, colours.text, 1);
  if (frame.selected >= 0) outlineCell(frame, frame.selected, colours.accent, 2);
}

interface Box {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

/** Cells keep a pixel between them where that leaves something to see. */
function boxOf({ columns, cellWidth, cellHeight }: PagemapLayout, cell: number): Box {
  const gap = cellHeight >= 6 ? 1 : 0;
  return { x: GUTTER_PX + (cell % columns) * cellWidth, y: Math.floor(cell / columns) * cellHeight, width: cellWidth - gap, height: cellHeight - gap };
}

/** From this height on, marks besides colour can be told apart. */
const MARK_MIN_PX = 7;
const GLYPH_MIN_PX = 15;

function paintCell({ g, layout, colours }: PagemapFrame, cell: number, state: PageStateId): void {
  const box = boxOf(layout, cell);
  const { pattern, glyph } = PAGE_STATE_MARKS[state];
  const colour = colours.states[state];
  if (pattern === 'solid' || box.height < MARK_MIN_PX) {
    g.fillStyle = colour;
    g.fillRect(box.x, box.y, box.width, box.height);
  } else paintPattern(g, box, pattern, colour);
  if (state !== 'free' && pattern === 'solid' && box.height >= GLYPH_MIN_PX && !hasRoomForText(layout)) paintGlyph(g, box, glyph, colours);
}

function paintPattern(g: CanvasRenderingContext2D, box: Box, pattern: 'hatch' | 'stripe' | 'outline', colour: string): void {
  g.fillStyle = colour;
  g.globalAlpha = 0.2;
  g.fillRect(box.x, box.y, box.width, box.height);
  g.globalAlpha = 1;
  g.strokeStyle = colour;
  if (pattern === 'outline') {
    g.lineWidth = 1.5;
    g.strokeRect(box.x + 1, box.y + 1, box.width - 2, box.height - 2);
    return;
  }
  const apart = pattern === 'stripe' ? 7 : 4;
  const lean = pattern === 'stripe' ? box.height : -box.height;
  g.save();
  g.beginPath();
  g.rect(box.x, box.y, box.width, box.height);
  g.clip();
  g.lineWidth = pattern === 'stripe' ? 3 : 1.5;
  g.beginPath();
  for (let x = box.x - box.height; x < box.x + box.width + box.height; x += apart) {
    g.moveTo(x, box.y + box.height);
    g.lineTo(x + lean, box.y);
  }
  g.stroke();
  g.restore();
}

function paintGlyph(g: CanvasRenderingContext2D, { x, y, width, height }: Box, glyph: string, colours: Colours): void {
  g.fillStyle = colours.inkOnState;
  g.font = `11px ${colours.font}`;
  g.textAlign = 'center';
  g.textBaseline = 'middle';
  g.fillText(glyph, x + width / 2, y + height / 2 + 0.5);
  g.textAlign = 'start';
}

const hasRoomForText = ({ pagesPerCell, cellWidth, cellHeight }: PagemapLayout): boolean => pagesPerCell === 1 && cellWidth >= 52 && cellHeight >= 34;
const LINE_PX = 13;

/** Its glyph and name above, its count below; of what does not fit only the glyph is left. */
function paintText({ g, layout, colours, textOf }: PagemapFrame, cell: number, state: PageStateId): void {
  if (state === 'free') return;
  const { x, y, width } = boxOf(layout, cell);
  const { pattern, glyph, label } = PAGE_STATE_MARKS[state];
  const [name, count] = textOf(cell);
  g.font = `11px ${colours.font}`;
  g.textBaseline = 'middle';
  const fitting = (line: string): boolean => g.measureText(line).width + 8 <= width;
  const named = `${glyph} ${name === '' ? label : name}`;
  [fitting(named) ? named : glyph, count].filter(fitting).forEach((line, nth) => {
    const needed = g.measureText(line).width;
    const top = y + 4 + nth * LINE_PX;
    if (pattern !== 'solid') {
      g.fillStyle = colours.panel;
      g.fillRect(x + 2, top, needed + 6, LINE_PX);
    }
    g.fillStyle = pattern === 'solid' ? colours.inkOnState : colours.text;
    g.fillText(line, x + 5, top + LINE_PX / 2 + 0.5);
  });
}

function outlineCell({ g, layout }: PagemapFrame, cell: number, colour: string, lineWidth: number): void {
  const { x, y, width, height } = boxOf(layout, cell);
  g.strokeStyle = colour;
  g.lineWidth = lineWidth;
  g.strokeRect(x - lineWidth / 2, y - lineWidth / 2, width + lineWidth, height + lineWidth);
}

/** As many rows are named as leave their names apart. */
function paintRowNames({ g, layout, colours }: PagemapFrame): void {
  const { first, columns, rows, cellHeight, pagesPerCell } = layout;
  const each = 2 ** Math.max(0, Math.ceil(Math.log2(14 / cellHeight)));
  g.fillStyle = colours.dim;
  g.font = `11px ${colours.mono}`;
  g.textAlign = 'end';
  g.textBaseline = 'middle';
  for (let row = 0; row < rows; row += each) {
    g.fillText(showPfn(first + row * columns * pagesPerCell), GUTTER_PX - 10, row * cellHeight + Math.max(cellHeight, 12) / 2);
  }
  g.textAlign = 'start';
}
