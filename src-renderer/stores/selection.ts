import { defineStore } from 'pinia';
import { shallowRef, type ShallowRef } from 'vue';
import type { Selection } from '@shared/trace/selection';

/** An operation of the document, whether or not a run exists in which it has a number. */
export interface OperationPlace {
  readonly actor: string;
  readonly index: number;
}

/** What the person points at. Locators only; every view resolves them against the document or the state at the cursor. */
export const useSelection = defineStore('selection', () => {
  const selection: ShallowRef<Selection> = shallowRef({ kind: 'none' });
  /** The actor whose steps Shift+arrow follows, and whose form is open; by name, for it may not have run yet. */
  const actor = shallowRef<string | null>(null);
  /** The operation whose form is open. */
  const editing = shallowRef<OperationPlace | null>(null);

  function select(next: Selection): void {
    selection.value = next;
    if (next.kind !== 'operation') editing.value = null;
    if (next.kind !== 'actor' && next.kind !== 'operation') actor.value = null;
  }

  /** Opens the form of an actor of the document; `next` is its number in the run, if there is one. */
  function editActor(name: string, next: Selection): void {
    select(next);
    actor.value = name;
  }

  function editOperation(place: OperationPlace, next: Selection): void {
    selection.value = next;
    actor.value = place.actor;
    editing.value = place;
  }

  return { selection, actor, editing, select, editActor, editOperation };
});
