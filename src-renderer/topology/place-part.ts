import { ref } from 'vue';
import type { DeviceEntry } from '@shared/protocol/catalogue';
import { useLabDocument } from '../stores/lab-document';
import { useSelection } from '../stores/selection';
import type { Position } from './cytoscape-view';
import { addNode, freeName } from './topology-edits';

/** Type of what is dragged from the palette; its data is the device kind. */
export const PART_MIME = 'application/x-pinlab-part';

/** Middle of the visible canvas, in canvas pixels; the view keeps it up to date. */
export const canvasCentre = ref<Position>({ x: 0, y: 0 });

/** Puts a new part on the canvas and selects it. Parts placed one after the other do not lie on each other. */
export function placePart(device: DeviceEntry, at: Position | null): void {
  const document = useLabDocument();
  if (document.lab === null) return;
  const id = freeName(document.lab, device.kind);
  document.apply(addNode(document.edits(), id, device, at ?? freePlace(document.lab.layout ?? {})), `add ${id}`);
  useSelection().select({ kind: 'node', id });
}

/** Room that a card and its wires need. */
const CELL_PX = { x: 232, y: 136 };

/** The free cell nearest to the middle of the canvas: rings of cells around it, each from the left to the right. */
function freePlace(taken: Readonly<Record<string, Position>>): Position {
  const isFree = (place: Position): boolean => Object.values(taken).every(({ x, y }) => Math.abs(x - place.x) >= CELL_PX.x || Math.abs(y - place.y) >= CELL_PX.y);
  const { x, y } = canvasCentre.value;
  for (let ring = 0; ; ring++) {
    for (let row = -ring; row <= ring; row++) {
      for (let column = -ring; column <= ring; column++) {
        const place = { x: x + column * CELL_PX.x, y: y + row * CELL_PX.y };
        if (Math.max(Math.abs(row), Math.abs(column)) === ring && isFree(place)) return place;
      }
    }
  }
}
