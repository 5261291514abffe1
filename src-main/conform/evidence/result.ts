import { SIGNALS, type SignalName } from '@shared/domain/signal';
import type { Evidence } from './evidence';

/** What the observed call came to, in the words of vocabulary 8.1. */
export interface CallResult {
  readonly result: string;
  readonly errno: string;
}

/** Words whose operation answers pages, where the observation has the bare success of a CPU access. */
const ACCESSES: ReadonlySet<string> = new Set(['load', 'store']);

/** Verbs whose outcome is a counter of its own. */
const VERBS: ReadonlySet<string> = new Set(['dereg', 'rereg', 'bind-mw', 'dealloc-pd']);

/** A use of a page whose device is gone: the kernels of the observations crash (vocabulary 8.3). */
const GONE = 'S6';
const CRASH = 'kernel crash';

export const usesGonePage = ({ finished }: Evidence): boolean => [...finished.summary.violations, ...finished.summary.notices].some(({ id }) => id === GONE);

/** Result and errno of the observed call. `observed` says which of several names of the same outcome is wanted. */
export function resultOf(evidence: Evidence, observed: string, isTimed: boolean): CallResult {
  const { finished, call } = evidence;
  const word = finished.description.operations.find(({ name }) => name === call.op)?.word ?? '';
  if (observed === CRASH && usesGonePage(evidence)) return { result: CRASH, errno: '0' };
  if (call.killedBy !== null) {
    return { result: ACCESSES.has(word) ? `signal ${call.killedBy}` : `killed by signal ${SIGNALS[call.killedBy as SignalName]}`, errno: '0' };
  }
  if (evidence.scene.takesHold && call.state === 'running') return { result: '0', errno: '0' };
  if (call.state !== 'done') return { result: call.state === 'running' ? 'still-waiting' : `not begun (${call.state})`, errno: '0' };
  // The result of an RDMA probe is that of its first post; a probe that posts nothing has none to fail.
  if (VERBS.has(word)) return { result: '0', errno: '0' };
  if (word === 'sysfs-look') return { result: call.result === 1 ? 'present' : 'absent', errno: '0' };
  if (word === 'modprobe') return { result: call.errno === null ? 'exit status 0' : 'exit status 1', errno: '0' };
  if (call.errno !== null) return { result: '-1', errno: call.errno };
  if (evidence.scene.takesHold) return { result: '0', errno: '0' };
  const result = call.result ?? 0;
  // A probe of several steps that was not timed says no more than that they went through.
  if (!isTimed && observed === '0' && result > 0) return { result: observed, errno: '0' };
  if (observed === 'pages-not-moved>0' && result > 0) return { result: observed, errno: '0' };
  if (word === 'getlease') return { result: LEASES[result] ?? String(result), errno: '0' };
  return { result: ACCESSES.has(word) ? '0' : String(result), errno: '0' };
}

/** Lease types by number (include/uapi/asm-generic/fcntl.h). */
const LEASES: readonly string[] = ['F_RDLCK', 'F_WRLCK', 'F_UNLCK'];
