import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Lab } from '@shared/lab/lab'
import { Trace } from '@shared/trace/cursor'
import type { RunDescription, RunSummary } from '@shared/trace/run-description'
import { catalogue, runLab } from '../../src-main/sim/assemble'
import { readLab } from '../../src-main/storage/lab-file'
import { root } from '../house/sources'

export interface BundledLab {
  /** "guided/truncate-vs-dma.lab.yaml". */
  readonly name: string
  readonly lab: Lab
}

const folder = join(root, 'resources', 'labs')

/** Names of the labs that come with the app. */
export const bundledLabNames: readonly string[] = readdirSync(folder, { recursive: true, encoding: 'utf8' })
  .filter((name) => name.endsWith('.lab.yaml')).sort()

export function bundledLab(name: string): BundledLab {
  const read = readLab(readFileSync(join(folder, name), 'utf8'), name, catalogue())
  if (!read.ok) throw new Error(read.refusal.map(({ message, line }) => `${name}:${line} ${message}`).join('\n'))
  return { name, lab: read.value.lab }
}

export const presets: readonly string[] = catalogue().presets.map(({ id }) => id)

export interface RecordedRun {
  readonly trace: Trace
  readonly run: RunDescription
  readonly summary: RunSummary
}

/** Runs a lab and keeps its whole trace. */
export function recorded({ name, lab }: BundledLab, policy: string | null = null, schedule: string | null = null): RecordedRun {
  const trace = new Trace()
  const result = runLab(lab, { name, policy, seed: null, schedule }, (chunk) => { trace.append(chunk) })
  if (!result.ok) throw new Error(result.refusal.map(({ path, message }) => `${name} ${path.join('.')}: ${message}`).join('\n'))
  return { trace, run: result.value.description, summary: result.value.summary }
}
