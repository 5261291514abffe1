import { reactive } from 'vue';

/** Which of the window's overlays is open, and the question that waits for an answer. */
export const overlays = reactive({
  palette: false,
  help: false,
  /** What real kernels were seen to do, against the simulator. */
  conform: false,
  /** The start screen over an open lab. */
  start: false,
  /** What happens once unsaved changes were saved or given up. */
  afterUnsaved: null as (() => void) | null,
});
