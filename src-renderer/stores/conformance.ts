import { defineStore } from 'pinia';
import { computed, ref, shallowRef, type ShallowRef } from 'vue';
import type { ConformedFile } from '@shared/protocol/commands';
import type { ConformanceRow, Tally } from '@shared/protocol/conformance';
import { invoke } from '../bridge/bridge';

/** A row of a report, and the file that it came from. */
export interface ObservedRow extends ConformanceRow {
  readonly path: string;
}

/** What real kernels were seen to do, against what the simulator shows. */
export const useConformance = defineStore('conformance', () => {
  const files: ShallowRef<readonly ConformedFile[]> = shallowRef([]);
  const problems: ShallowRef<readonly string[]> = shallowRef([]);
  const isRunning = ref(false);

  const rows = computed<readonly ObservedRow[]>(() => files.value.flatMap(({ path, conformance }) => conformance.rows.map(row => ({ ...row, path }))));
  const kernels = computed(() => [...new Set(rows.value.map(({ kernel }) => kernel))].sort());
  const areas = computed(() => [...new Set(rows.value.map(({ area }) => area))].sort());

  function tallyOf(kernel: string | null, area: string | null): Tally {
    const counted = rows.value.filter(row => (kernel === null || row.kernel === kernel) && (area === null || row.area === area));
    const count = (verdict: ConformanceRow['verdict']): number => counted.filter(row => row.verdict === verdict).length;
    return { agree: count('agree'), differ: count('differ'), notModelled: count('not-modelled') };
  }

  /** Asks for files of observations and compares; null asks the person, paths were chosen before. */
  async function start(paths: readonly string[] | null): Promise<void> {
    if (isRunning.value) return;
    isRunning.value = true;
    try {
      const reply = await invoke('conform.start', { paths: paths === null ? null : [...paths] });
      if (reply.kind === 'cancelled') return;
      problems.value = reply.kind === 'unreadable' ? reply.problems : [];
      if (reply.kind === 'conformed') files.value = reply.files;
    } finally {
      isRunning.value = false;
    }
  }

  return { files, problems, isRunning, rows, kernels, areas, tallyOf, start };
});
