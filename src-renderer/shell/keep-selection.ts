import { watch } from 'vue';
import { useRun } from '../stores/run';
import { useSelection } from '../stores/selection';

/** A new run numbers its rows, steps and operations anew: what pointed into the last one is let go, unless it still means the same. */
export function useKeptSelection(): void {
  const run = useRun();
  const selection = useSelection();
  watch(() => run.description, (now, before) => {
    const selected = selection.selection;
    const sameName = (names: (of: NonNullable<typeof now>) => readonly { readonly name: string }[], nth: number): boolean =>
      now !== null && before !== null && names(now)[nth]?.name === names(before)[nth]?.name;
    const isKept = selected.kind === 'operation' ? sameName(of => of.operations, selected.nth)
      : selected.kind === 'actor' ? sameName(of => of.actors, selected.nth)
      : selected.kind !== 'row' && selected.kind !== 'step';
    if (!isKept) selection.select({ kind: 'none' });
  });
}
