import { defineStore } from 'pinia';
import { computed, ref, shallowRef, watch, type ShallowRef } from 'vue';
import type { Diagnostic } from '@shared/protocol/commands';
import type { Comparison } from '@shared/trace/comparison';
import { invoke } from '../bridge/bridge';
import { useLabDocument } from './lab-document';

export type ComparisonStatus = 'empty' | 'running' | 'ready' | 'refused';

/** The open lab under several policies, side by side. */
export const useComparison = defineStore('comparison', () => {
  const document = useLabDocument();
  /** What is compared, in the policy grammar. */
  const policies = ref('all');
  const status = ref<ComparisonStatus>('empty');
  const comparison: ShallowRef<Comparison | null> = shallowRef(null);
  const diagnostics: ShallowRef<readonly Diagnostic[]> = shallowRef([]);
  /** Why the policies' text was not understood. */
  const message = ref('');
  /** The document changed since. */
  const stale = ref(false);
  const title = computed(() => document.lab?.title ?? '');

  async function start(): Promise<void> {
    if (status.value === 'running' || document.lab === null) return;
    const before = status.value;
    status.value = 'running';
    message.value = '';
    diagnostics.value = [];
    try {
      const { lab, name, text } = document.runRequest();
      const reply = await invoke('compare.start', { lab, name, text, policies: policies.value, seed: null });
      if (reply.kind === 'compared') {
        comparison.value = reply.comparison;
        stale.value = false;
      } else if (reply.kind === 'unclear') message.value = reply.message;
      else diagnostics.value = reply.diagnostics;
      status.value = reply.kind === 'compared' ? 'ready' : 'refused';
    } catch (error) {
      status.value = before;
      throw error;
    }
  }

  watch(() => document.openings, () => {
    comparison.value = null;
    status.value = 'empty';
    message.value = '';
    diagnostics.value = [];
  });
  watch(() => [document.meaning, document.seed], () => { stale.value = true; });

  return { policies, status, comparison, diagnostics, message, stale, title, start };
});
