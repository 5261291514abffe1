import { ref } from 'vue';
import type { DeviceEntry } from '@shared/protocol/catalogue';
import { useLabDocument } from '../stores/lab-document';
import { useSelection } from '../stores/selection';
import { addNode, freeName, GRID_PX, type Position } from './topology-edits';

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

const STEP_PX = 5 * GRID_PX;

function freePlace(taken: Readonly<Record<string, Position>>): Position {
  let place = canvasCentre.value;
  while (Object.values(taken).some(({ x, y }) => Math.abs(x - place.x) < STEP_PX && Math.abs(y - place.y) < STEP_PX)) place = { x: place.x + STEP_PX, y: place.y + STEP_PX };
  return place;
}
