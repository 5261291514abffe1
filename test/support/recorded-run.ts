import type { Lab } from '@shared/lab/lab'
import { Trace } from '@shared/trace/cursor'
import type { RunDescription, RunSummary } from '@shared/trace/run-description'
import { runLab } from '../../src-main/sim/assemble'

export interface RecordedRun {
  readonly trace: Trace
  readonly run: RunDescription
  readonly summary: RunSummary
}

/** Runs a lab and keeps its whole trace. */
export function recorded(lab: Lab, name: string, policy: string | null = null, schedule: string | null = null): RecordedRun {
  const trace = new Trace()
  const result = runLab(lab, { name, policy, seed: null, schedule }, (chunk) => { trace.append(chunk) })
  if (!result.ok) throw new Error(result.refusal.map(({ path, message }) => `${name} ${path.join('.')}: ${message}`).join('\n'))
  return { trace, run: result.value.description, summary: result.value.summary }
}
