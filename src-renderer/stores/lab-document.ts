import { defineStore } from 'pinia';
import { computed, ref, shallowRef, watch, type ShallowRef } from 'vue';
import { LAB_VERSION, type Lab } from '@shared/lab/lab';
import { applyDiff, LabEdits, type LabDiff, type LabValue } from '@shared/lab/lab-diff';
import type { Diagnostic, OpenedLab, OpenReply, Request } from '@shared/protocol/commands';
import { invoke } from '../bridge/bridge';
import { useHistory } from './history';
import { useSelection } from './selection';

const BLANK: Lab = { version: LAB_VERSION, title: 'Untitled lab', topology: { nodes: {}, links: [] }, actors: {} };

/** The lab that is open. Every change is a diff with a name, so that it can be taken back. */
export const useLabDocument = defineStore('lab-document', () => {
  const history = useHistory();
  const lab: ShallowRef<Lab | null> = shallowRef(null);
  /** What a run uses instead of the document's own policy: the step of a guided lab. */
  const policyOverride = ref<string | null>(null);
  const schedule = ref<string | null>(null);
  const policy = computed(() => policyOverride.value ?? lab.value?.policy ?? '');
  const seed = computed(() => lab.value?.seed ?? 0);
  /** What a run depends on: all but positions and names on the canvas. */
  const meaning = computed(() => JSON.stringify(lab.value, (key, value: unknown) => (key === 'layout' ? undefined : value)));
  const dirty = computed(() => !history.isSaved);

  function change(diff: LabDiff): void {
    if (lab.value !== null) lab.value = applyDiff(asValue(lab.value), diff) as unknown as Lab;
  }

  /** Applies one gesture. A diff without edits changes nothing and is not remembered. */
  function apply(diff: LabDiff, label: string): void {
    if (diff.length === 0) return;
    change(diff);
    history.record({ label, diff });
  }

  /** Collects the edits of a gesture against the document as it is. */
  const edits = (): LabEdits => new LabEdits(asValue(lab.value ?? BLANK));

  const undo = (): void => change(history.undo() ?? []);
  const redo = (): void => change(history.redo() ?? []);

  function setPolicy(text: string): void {
    policyOverride.value = null;
    apply(edits().set(['policy'], text === '' ? undefined : text).diff(), 'change policy');
  }

  /** Runs under `text` without changing the document; null goes back to the document's own policy. */
  function overridePolicy(text: string | null): void {
    policyOverride.value = text;
  }

  const setSeed = (value: number): void => apply(edits().set(['seed'], value).diff(), 'change seed');

  const files = useLabFiles({ lab, policyOverride, schedule });

  function runRequest(): Request<'run.start'> {
    return { lab: asRecord(lab.value ?? BLANK), name: files.name.value, text: files.text.value, policy: policyOverride.value, seed: null, schedule: schedule.value };
  }

  /** Writes a report of the run to a file that the person chooses; null if none was chosen. */
  async function exportReport(): Promise<string | null> {
    const reply = await invoke('report.export', { ...runRequest(), path: null });
    return reply.kind === 'exported' ? reply.path : null;
  }

  return { lab, policy, policyOverride, seed, schedule, meaning, dirty, apply, edits, undo, redo, setPolicy, overridePolicy, setSeed, runRequest, exportReport, ...files };
});

interface Opened {
  readonly lab: ShallowRef<Lab | null>;
  readonly policyOverride: { value: string | null };
  readonly schedule: { value: string | null };
}

/** Where the lab came from and how it gets back. */
function useLabFiles({ lab, policyOverride, schedule }: Opened) {
  const history = useHistory();
  const path = ref<string | null>(null);
  const name = ref('');
  /** The text that the file holds, comments included. */
  const text = ref('');
  const refusals: ShallowRef<readonly Diagnostic[]> = shallowRef([]);
  const savedAtMs = ref<number | null>(null);
  /** Counts documents opened in this window; what belongs to one document watches it. */
  const openings = ref(0);

  function show(opened: OpenedLab): void {
    lab.value = opened.lab;
    path.value = opened.path;
    name.value = opened.name;
    text.value = opened.text;
    policyOverride.value = null;
    schedule.value = null;
    savedAtMs.value = null;
    refusals.value = [];
    history.clear();
    useSelection().select({ kind: 'none' });
    openings.value++;
  }

  /** Takes what main answered. A refused file changes nothing but the list of what is wrong with it. */
  function take(reply: OpenReply): boolean {
    if (reply.kind === 'refused') refusals.value = reply.diagnostics;
    if (reply.kind === 'opened') show(reply.opened);
    return reply.kind === 'opened';
  }

  const openBundled = async (id: string): Promise<boolean> => take(await invoke('lab.openBundled', { id }));
  const openObserved = async (from: string, id: string): Promise<boolean> => take(await invoke('conform.openLab', { path: from, id }));
  const openFile = async (from: string | null): Promise<boolean> => take(await invoke('lab.open', { path: from }));
  const create = (): void => show({ path: null, name: 'untitled.lab.yaml', text: '', lab: BLANK });

  async function importMachine(): Promise<boolean> {
    const isTaken = take(await invoke('lab.import', { path: null }));
    if (isTaken) history.markUnsaved();
    return isTaken;
  }

  async function save(asNew: boolean): Promise<boolean> {
    if (lab.value === null) return false;
    const request = { path: asNew ? null : path.value, name: name.value, text: text.value, lab: asRecord(lab.value) };
    const reply = await invoke('lab.save', request);
    if (reply.kind === 'cancelled') return false;
    path.value = reply.path;
    name.value = reply.path.split(/[\\/]/).at(-1) ?? reply.path;
    text.value = reply.text;
    savedAtMs.value = Date.now();
    history.markSaved();
    return true;
  }

  watch([() => history.isSaved, name], ([isSaved, title]) => {
    if (lab.value !== null) void invoke('app.setDirty', { dirty: !isSaved, title });
  });

  return { path, name, text, refusals, savedAtMs, openings, openBundled, openObserved, openFile, importMachine, create, save };
}

// A lab is JSON by construction; its interfaces only lack the index signature that says so.
const asValue = (lab: Lab): LabValue => lab as unknown as LabValue;
const asRecord = (lab: Lab): Record<string, unknown> => lab as unknown as Record<string, unknown>;
