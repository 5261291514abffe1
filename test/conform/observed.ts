import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { readObservations, type Observation } from '../../src-main/conform/observation/observation'

const FILES = ['linux-6.1.json', 'linux-6.12.json']

/** All observations that are kept beside this file. */
export async function observations(): Promise<readonly Observation[]> {
  const all: Observation[] = []
  for (const file of FILES) {
    const read = readObservations(await readFile(join(import.meta.dirname, 'observations', file), 'utf8'), file)
    if (!read.ok) throw new Error(read.refusal.map(({ id, message }) => `${file}: ${id ?? ''}: ${message}`).join('\n'))
    all.push(...read.value)
  }
  return all
}

/** Set-up and action as they were written. */
export const said = ({ setup, action }: Observation): string => [setup, action].map((clauses) => clauses.map(({ text }) => text).join('; ')).join(' >> ')

/** "Linux 6.12.117 … ext4-punch": an observation by its kernel and name. */
export const nameOf = ({ id, kernel }: Observation): string => `${kernel} ${id}`
