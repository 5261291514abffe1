import { defineStore } from 'pinia';
import { computed, shallowRef } from 'vue';
import { invertDiff, type LabDiff } from '@shared/lab/lab-diff';

/** One gesture of a person: what it did to the document, and its name in the menu ("Move nic0"). */
export interface HistoryEntry {
  readonly label: string;
  readonly diff: LabDiff;
}

/** More gestures than this are forgotten, the oldest first. */
const ENTRIES_MAX = 10_000;

/** Gestures that can be taken back, and those that were. Only the lab document has a history; runs and the cursor have none. */
export const useHistory = defineStore('history', () => {
  const past = shallowRef<readonly HistoryEntry[]>([]);
  const future = shallowRef<readonly HistoryEntry[]>([]);
  /** The newest gesture when the document was last saved; null is "before the first". */
  const savedAt = shallowRef<HistoryEntry | null>(null);

  const newest = computed(() => past.value.at(-1) ?? null);
  const undoLabel = computed(() => newest.value?.label ?? null);
  const redoLabel = computed(() => future.value.at(-1)?.label ?? null);
  const isSaved = computed(() => newest.value === savedAt.value);

  function record(entry: HistoryEntry): void {
    past.value = [...past.value, entry].slice(-ENTRIES_MAX);
    future.value = [];
  }

  /** The diff that takes the newest gesture back; null if there is none. */
  function undo(): LabDiff | null {
    const entry = newest.value;
    if (entry === null) return null;
    past.value = past.value.slice(0, -1);
    future.value = [...future.value, entry];
    return invertDiff(entry.diff);
  }

  function redo(): LabDiff | null {
    const entry = future.value.at(-1);
    if (entry === undefined) return null;
    future.value = future.value.slice(0, -1);
    past.value = [...past.value, entry];
    return entry.diff;
  }

  function markSaved(): void {
    savedAt.value = newest.value;
  }

  /** What is open was never a file: an import. */
  function markUnsaved(): void {
    savedAt.value = { label: 'never saved', diff: [] };
  }

  function clear(): void {
    past.value = [];
    future.value = [];
    savedAt.value = null;
  }

  return { undoLabel, redoLabel, isSaved, record, undo, redo, markSaved, markUnsaved, clear };
});
