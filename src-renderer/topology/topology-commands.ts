import { nextTick, ref } from 'vue';
import { provideCommands, type Command } from '../shell/commands';
import { useLabDocument } from '../stores/lab-document';
import { useSelection } from '../stores/selection';
import { layeredPositions } from './auto-layout';
import { cardShape } from './card-shape';
import { placeNodes, removeLink, removeNodes } from './topology-edits';

/** The node whose links are chosen from a list; null while the list is closed. */
export const linkingFrom = ref<string | null>(null);

const ZOOM_STEP = 1.25;

/** Commands of the canvas, offered while it is there. */
export function useTopologyCommands(view: { readonly fit: () => void; readonly zoomBy: (factor: number) => void }): void {
  const document = useLabDocument();
  const selection = useSelection();
  const selectedNode = (): string | null => (selection.selection.kind === 'node' ? selection.selection.id : null);
  const isOpen = (): boolean => document.lab !== null;
  const command = (id: string, title: string, keys: readonly string[], run: () => void, enabled: () => boolean = isOpen): Command =>
    ({ id: `topology.${id}`, group: 'Topology', title: () => title, keys, run, enabled });

  provideCommands([
    command('link', 'Link the selected node…', ['L'], () => { linkingFrom.value = selectedNode(); }, () => selectedNode() !== null),
    command('delete', 'Delete the selected node or link', ['Delete', 'Backspace'], removeSelected, () => ['node', 'link'].includes(selection.selection.kind)),
    command('layout', 'Arrange automatically', ['Shift+A'], arrange),
    command('fit', 'Show the whole topology', ['Shift+F'], view.fit),
    command('zoom-in', 'Zoom in', ['+', '='], () => { view.zoomBy(ZOOM_STEP); }),
    command('zoom-out', 'Zoom out', ['-'], () => { view.zoomBy(1 / ZOOM_STEP); }),
  ]);

  function removeSelected(): void {
    const { lab } = document;
    const selected = selection.selection;
    if (lab === null) return;
    if (selected.kind === 'node') document.apply(removeNodes(document.edits(), lab, [selected.id]), `delete ${selected.id}`);
    if (selected.kind === 'link') document.apply(removeLink(document.edits(), selected.index), 'delete link');
    selection.select({ kind: 'none' });
  }

  function arrange(): void {
    const { lab } = document;
    if (lab === null) return;
    const places = layeredPositions(lab.topology, node => cardShape(lab.topology.nodes[node]?.kind ?? ''));
    document.apply(placeNodes(document.edits(), places), 'arrange');
    void nextTick(view.fit);
  }
}
