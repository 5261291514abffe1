import { runLab } from '../../src-main/sim/assemble'
import type { Lab } from '../../src-shared/lab/lab'
import { Trace } from '../../src-shared/trace/cursor'
import type { RunDescription, RunSummary } from '../../src-shared/trace/run-description'

export interface FinishedRun {
  readonly trace: Trace
  readonly description: RunDescription
  readonly summary: RunSummary
}

export interface RunOptions {
  readonly policy?: string
  readonly seed?: number
  readonly schedule?: string
}

/** Runs a lab that must be accepted. */
export function run(lab: Lab, options: RunOptions = {}): FinishedRun {
  const trace = new Trace()
  const result = runLab(lab, { name: 'lab', policy: options.policy ?? null, seed: options.seed ?? null, schedule: options.schedule ?? null }, (chunk) => { trace.append(chunk) })
  if (!result.ok) throw new Error(result.refusal.map(({ path, message }) => `${path.join('.')}: ${message}`).join('\n'))
  return { trace, ...result.value }
}
