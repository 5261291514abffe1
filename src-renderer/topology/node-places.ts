import { computed, reactive, shallowRef } from 'vue';
import { useLabDocument } from '../stores/lab-document';
import { layeredPositions } from './auto-layout';
import { cardShape } from './card-shape';
import type { Position } from './cytoscape-view';

/** Moves of less than this are a click with an unsteady hand. */
const MOVED_PX = 2;

/** Where each node is: under the pointer while it is dragged, else where the lab says, else where automatic layout puts it. */
export function useNodePlaces() {
  const document = useLabDocument();
  const underPointer = shallowRef<Readonly<Record<string, Position>> | null>(null);

  const resting = computed<Readonly<Record<string, Position>>>(() => {
    const lab = document.lab;
    if (lab === null) return {};
    const automatic = layeredPositions(lab.topology, node => cardShape(lab.topology.nodes[node]?.kind ?? ''));
    return { ...automatic, ...lab.layout };
  });
  const places = computed(() => ({ ...resting.value, ...underPointer.value }));

  const dragged = reactive({
    move(next: Readonly<Record<string, Position>>): void { underPointer.value = next; },
    end(): void { underPointer.value = null; },
    isMoved(id: string, { x, y }: Position): boolean {
      const from = resting.value[id];
      return from === undefined || Math.abs(from.x - x) > MOVED_PX || Math.abs(from.y - y) > MOVED_PX;
    },
  });
  return { places, dragged };
}
